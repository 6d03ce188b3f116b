//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

// waitable asks a kqueue, which accepts descriptors that can be waited for.
func waitable(fd int) error {
	k, err := NewKqueue()
	if err != nil {
		return err
	}
	defer k.Close()
	if errno := k.Add(fd); errno != 0 {
		return ErrNotWaitable
	}
	return nil
}
