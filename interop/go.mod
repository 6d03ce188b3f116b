module github.com/actum-go/actum/interop

go 1.26

require github.com/actum-go/actum v0.0.0

require golang.org/x/sys v0.46.0 // indirect

replace github.com/actum-go/actum => ../
