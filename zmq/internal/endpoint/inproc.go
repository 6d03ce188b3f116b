package endpoint

// FreeText is the grammar of inproc endpoints: any text but none.
var FreeText = Grammar{
	Form: "name",
	Parse: func(name string) (Endpoint, string) {
		if name == "" {
			return Endpoint{}, "no name: expected inproc://name"
		}
		return Endpoint{Name: name}, ""
	},
	Format: func(e Endpoint) string { return e.Name },
}
