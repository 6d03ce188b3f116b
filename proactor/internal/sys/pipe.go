package sys

import (
	"errors"
	"fmt"
)

// ErrNotWaitable is why a file that is neither a pipe nor a terminal is not adopted.
var ErrNotWaitable = fmt.Errorf("it cannot be waited for: use OpenFile: %w", errors.ErrUnsupported)
