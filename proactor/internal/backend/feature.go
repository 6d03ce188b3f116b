package backend

import "errors"

// Feature is something that a kernel may offer and a backend may use, or does
// without. A backend that has some has a method Features.
type Feature struct {
	Name    string // for Options.Without
	About   string // what it is
	Offered bool   // this kernel has it
	Used    bool   // and it is in use
	Why     string // why it is not used, if it is offered
}

// ErrNoFeature says that Options.Without names what the backend does not have, or
// cannot leave out.
var ErrNoFeature = errors.New("there is nothing to be left out that is called")
