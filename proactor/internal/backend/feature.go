package backend

import "errors"

// Feature is an optional feature of a kernel, which a backend can do without. A
// backend that knows such features has a method Features.
type Feature struct {
	Name    string // name in Options.DisabledFeatures
	About   string // description
	Offered bool   // the kernel has the feature
	Used    bool   // the backend uses it
	Why     string // if it is offered and not used: the reason
}

// ErrNoFeature says that Options.DisabledFeatures names a feature that the backend does not
// have or cannot do without.
var ErrNoFeature = errors.New("there is nothing to be left out that is called")
