module github.com/actum-go/actum

go 1.26

require golang.org/x/sys v0.36.0
