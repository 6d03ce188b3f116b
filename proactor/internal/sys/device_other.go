//go:build !linux

package sys

import (
	"errors"
	"fmt"
)

// bindToDevice fails: only Linux has the option.
func bindToDevice(_ int, name string) error {
	return fmt.Errorf("binding to the device %q on this system: %w", name, errors.ErrUnsupported)
}
