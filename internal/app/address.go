package app

import (
	"errors"
	"io/fs"
	"net"
	"syscall"

	"signaling/internal/config"
)

// addressError returns the error of listening on an address, as one of the
// settings if the address can never be used: it is not one of this machine, has
// no such name, or is not permitted. Another program that has it is no error of
// the settings: it may have ended the next time.
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
