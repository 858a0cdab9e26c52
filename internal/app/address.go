package app

import (
	"errors"
	"io/fs"
	"net"
	"syscall"

	"signaling/internal/config"
)

// addressError returns an error of listening on an address, as a
// config.UsageError if the address itself is unusable: it is not this machine's,
// its name does not exist, or it is not permitted. An address in use is no such
// error: the other program may have ended at the next try.
func addressError(err error) error {
	var lookup *net.DNSError
	switch {
	case errors.Is(err, fs.ErrPermission),
		errors.Is(err, syscall.EADDRNOTAVAIL),
		errors.As(err, &lookup) && lookup.IsNotFound:
		return config.Unusable(err)
	}
	return err
}
