package option_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
)

var update = flag.Bool("update", false, "write docs/options.md anew")

const (
	page = "../../../docs/options.md"
	head = `# Socket options

<!-- Made from the table in zmq/internal/option/table.go: go test ./zmq/internal/option -run TestDocs -args -update -->

Each option is a field of ` + "`zmq.Options`" + `, which documents it in full, and has a name: libzmq's without ` + "`ZMQ_`" + `, in upper or
lower case. ` + "`Options.Set`" + ` takes the name and a value in libzmq's form: times in milliseconds, 0 and 1 for off and on. That form is
used on this page. The fields have other numbers for "none" and "no limit", so that 0 is every default.

An option without a number is our own. "Later" in the last column says that a change holds for endpoints that are bound or
connected after it, and for all their connections; "at once" that it holds for the next call or event that it concerns.
`
)

// cell is a cell of a table, with a dash if it is empty.
func cell(text string) string {
	if text == "" {
		return "–"
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

func number(r *option.Row) string {
	if r.Number == 0 {
		return "–"
	}
	return fmt.Sprint(r.Number)
}

// document is the page.
func document() string {
	var implemented, missing, notNeeded strings.Builder
	for _, r := range option.Rows() {
		name := "`" + r.Name + "`"
		if r.Alias != "" {
			name += ", `" + r.Alias + "`"
		}
		switch when := map[option.When]string{option.AtOnce: "at once", option.NewEndpoints: "later"}[r.When]; {
		case r.Implemented():
			def := r.Default()
			if def == "" {
				def = "none"
			}
			fmt.Fprintf(&implemented, "| %s | %s | `%s` | %s | %s | %s | %s | %s | %s |\n",
				name, number(&r), r.Field, cell(r.About), cell(r.Unit), def, r.Range(), r.Types, when)
		case r.Instead != "":
			fmt.Fprintf(&notNeeded, "| %s | %s | %s |\n", name, number(&r), r.Instead)
		default:
			fmt.Fprintf(&missing, "| %s | %s | %s | %s |\n", name, number(&r), cell(r.About), r.Types)
		}
	}
	return head + `
| name | number | field | what it does | unit | default | values | types | a change holds |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
` + implemented.String() + `
## Options of libzmq that are not needed

| name | number | here |
| --- | --- | --- |
` + notNeeded.String() + `
## Options of libzmq that are not implemented yet

| name | number | what it does | types |
| --- | --- | --- | --- |
` + missing.String()
}

// docs/options.md agrees with the table.
func TestDocs(t *testing.T) {
	want := document()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/options.md does not agree with the table: write it anew with go test ./zmq/internal/option -run TestDocs -args -update")
	}
}
