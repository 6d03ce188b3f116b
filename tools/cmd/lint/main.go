// Lint runs this project's linters: staticcheck's analyzers with its check for
// unused code, and the passes of golang.org/x/tools that go vet leaves out. It
// takes staticcheck's flags. With -matrix it reads build configurations from
// its standard input, and code counts as unused only if it is unused in all.
//
//	lint -matrix ./... < tools/builds.txt
//
// Intended code is kept by a comment in front of it that says why:
//
//	//lint:ignore SA1019 the replacement needs a newer kernel
package main

import (
	"os"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/nilness"
	"golang.org/x/tools/go/analysis/passes/reflectvaluecompare"
	"golang.org/x/tools/go/analysis/passes/sortslice"
	"golang.org/x/tools/go/analysis/passes/unusedwrite"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/lintcmd"
	"honnef.co/go/tools/lintcmd/version"
	"honnef.co/go/tools/simple"
	"honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
	"honnef.co/go/tools/unused"
)

// style lists the checks of the "ST" family that run: those about the words
// that users read. The rest is left to gofmt and to review.
var style = map[string]bool{
	"ST1000": true, // a package has a comment
	"ST1005": true, // the form of error strings
	"ST1006": true, // receivers named self or this
	"ST1008": true, // the error is the last result
	"ST1012": true, // sentinel errors are named Err...
	"ST1016": true, // one receiver name a type
	"ST1017": true, // no yoda conditions
	"ST1019": true, // a package imported twice
	"ST1020": true, // doc comments start with the name: functions
	"ST1021": true, // types
	"ST1022": true, // variables
}

// passes are the analyses of golang.org/x/tools that neither go vet nor
// staticcheck runs.
var passes = []*analysis.Analyzer{
	nilness.Analyzer,
	reflectvaluecompare.Analyzer,
	sortslice.Analyzer,
	unusedwrite.Analyzer,
}

func main() {
	cmd := lintcmd.NewCommand("lint")
	cmd.SetVersion(version.Version, version.MachineVersion)
	cmd.ParseFlags(os.Args[1:])
	cmd.AddAnalyzers(staticcheck.Analyzers...)
	cmd.AddAnalyzers(simple.Analyzers...)
	cmd.AddAnalyzers(chosenStyle()...)
	cmd.AddAnalyzers(unused.Analyzer)
	cmd.AddBareAnalyzers(passes...)
	cmd.Run()
}

// chosenStyle enables the checks of style, some of which staticcheck disables by
// default, and leaves the others out.
func chosenStyle() []*lint.Analyzer {
	var chosen []*lint.Analyzer
	for _, a := range stylecheck.Analyzers {
		if style[a.Analyzer.Name] {
			a.Doc.NonDefault = false
			chosen = append(chosen, a)
		}
	}
	return chosen
}
