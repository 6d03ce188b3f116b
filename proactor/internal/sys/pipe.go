package sys

import (
	"errors"
	"fmt"
)

// ErrNotWaitable is why something is not adopted that is no pipe and no terminal.
var ErrNotWaitable = fmt.Errorf("it cannot be waited for: use OpenFile: %w", errors.ErrUnsupported)
