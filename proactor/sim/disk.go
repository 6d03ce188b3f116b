package sim

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// disk is the files of a Network, by name. A folder exists if there is a file in
// it; it need not be made.
type disk map[string]*inode

// inode is a file. It may be open after its name has been removed.
type inode struct {
	data    []byte
	mode    fs.FileMode
	changed time.Duration // network time of the last change
}

// diskEpoch is the date of virtual time 0, for the times of files. It is the same
// in every run.
var diskEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// lookup finds or makes the file that an open names. The error is that of the
// system.
func (d disk) lookup(a *backend.OpenArgs, now time.Duration) (*inode, error) {
	file := d[a.Name]
	switch {
	case strings.ContainsRune(a.Name, 0):
		return nil, syscall.EINVAL
	case a.Name == "" || file == nil && a.Flag&os.O_CREATE == 0 && !d.isFolder(a.Name):
		return nil, syscall.ENOENT
	case d.isFolder(a.Name):
		return nil, syscall.EISDIR
	case file != nil && a.Flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		return nil, syscall.EEXIST
	case file == nil:
		file = &inode{mode: a.Perm.Perm(), changed: now}
		d[a.Name] = file
	case a.Flag&os.O_TRUNC != 0:
		file.data, file.changed = nil, now
	}
	return file, nil
}

// isFolder reports whether a file's name begins with name and a separator.
func (d disk) isFolder(name string) bool {
	prefix := strings.TrimSuffix(name, string(os.PathSeparator)) + string(os.PathSeparator)
	for other := range d { // looks for any match, so the order does not matter
		if strings.HasPrefix(other, prefix) {
			return true
		}
	}
	return false
}

// write puts b at off. If off is behind the end, it leaves a hole.
func (i *inode) write(b []byte, off int64, now time.Duration) {
	if end := off + int64(len(b)); end > int64(len(i.data)) {
		i.data = append(i.data, make([]byte, end-int64(len(i.data)))...)
	}
	copy(i.data[off:], b)
	i.changed = now
}

// slice returns at most n bytes from off.
func (i *inode) slice(off, n int64) []byte {
	off = min(off, int64(len(i.data)))
	return i.data[off:min(off+n, int64(len(i.data)))]
}

// WriteFile makes or replaces a file, at once and without faults.
func (n *Network) WriteFile(name string, data []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
	n.disk[name] = &inode{data: bytes.Clone(data), mode: 0o644, changed: n.now}
}

// ReadFile returns the content of a file. The error is an *fs.PathError.
func (n *Network) ReadFile(name string) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if i := n.disk[name]; i != nil {
		return bytes.Clone(i.data), nil
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// RemoveFile removes a file's name. Open handles keep the file. The error is an
// *fs.PathError.
func (n *Network) RemoveFile(name string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.disk[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(n.disk, name)
	return nil
}

// Files returns the sorted names of all files.
func (n *Network) Files() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var names []string
	for name := range n.disk {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
