module github.com/actum-go/actum/proactor/netio/nettest

go 1.25.0

require (
	github.com/actum-go/actum v0.1.0
	golang.org/x/net v0.56.0
)

require golang.org/x/sys v0.46.0 // indirect

replace github.com/actum-go/actum => ../../..
