package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"
)

const (
	// maxCompressed is the size of the largest file that is sent as gzip; larger
	// ones are sent plain, and read while they are sent.
	maxCompressed = 4 << 20
	// maxCached is how many bytes of gzip all entries together may hold.
	maxCached = 32 << 20
	// maxEntries is how many files may have an entry.
	maxEntries = 4096
	// settleTime is the age from which a file's modification time identifies its
	// content: two edits within one tick of a file system's clock, which is 2 s at
	// worst (FAT), have the same time.
	settleTime = 2 * time.Second
)

// entry is the hash and gzip form of a file as it was at modTime. It is immutable.
type entry struct {
	modTime time.Time
	size    int64
	hash    string // of the content, for an ETag
	gzip    []byte // nil if it would not be smaller
}

// cache keeps the hash and gzip form of files, so that each is made once after each
// edit. When it is full it removes entries at random; they are made again when
// needed. It is safe for concurrent use.
type cache struct {
	// immutable after construction
	maxEntries, maxBytes int

	mu      sync.Mutex
	entries map[string]*entry // guarded by mu
	bytes   int               // guarded by mu: gzip held by entries
}

func newCache() *cache {
	return &cache{maxEntries: maxEntries, maxBytes: maxCached, entries: map[string]*entry{}}
}

// get returns the entry of the named file. If there is none, or the file has
// changed, it makes one from content, which it reads from the start. The offset of
// content is undefined afterwards.
func (c *cache) get(name string, info fs.FileInfo, content io.ReadSeeker, compress bool) (*entry, error) {
	c.mu.Lock()
	e := c.entries[name]
	c.mu.Unlock()
	if e != nil && e.modTime.Equal(info.ModTime()) && e.size == info.Size() {
		return e, nil
	}
	// Without the lock: a large file must not delay the others. Two requests at once
	// may both make the entry, with the same result.
	settled := info.ModTime().IsZero() || time.Since(info.ModTime()) > settleTime
	e, err := newEntry(info, content, compress)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if settled {
		c.put(name, e)
	}
	return e, nil
}

func (c *cache) put(name string, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removeLocked(name)
	for other := range c.entries {
		if len(c.entries) < c.maxEntries && c.bytes+len(e.gzip) <= c.maxBytes {
			break
		}
		c.removeLocked(other)
	}
	c.entries[name] = e
	c.bytes += len(e.gzip)
}

func (c *cache) removeLocked(name string) {
	if e := c.entries[name]; e != nil {
		c.bytes -= len(e.gzip)
		delete(c.entries, name)
	}
}

// newEntry reads the content once, for both its hash and its gzip form.
func newEntry(info fs.FileInfo, content io.ReadSeeker, compress bool) (*entry, error) {
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	hash := sha256.New()
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	to := io.Writer(hash)
	compress = compress && info.Size() <= maxCompressed
	if compress {
		to = io.MultiWriter(hash, packer)
	}
	size, err := io.Copy(to, content)
	if err != nil {
		return nil, err
	}
	if err := packer.Close(); err != nil {
		return nil, err
	}
	e := &entry{
		modTime: info.ModTime(),
		size:    info.Size(),
		hash:    base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:16]),
	}
	if compress && int64(packed.Len()) < size {
		e.gzip = packed.Bytes()
	}
	return e, nil
}
