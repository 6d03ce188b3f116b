// Package wording checks the prose of a repository: comments, the texts of
// programs, and Markdown files. It finds phrases that a table bans, and names of
// files and identifiers that do not exist.
package wording

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Finding is one banned phrase, or one name of something that does not exist.
type Finding struct {
	File string // relative to the root
	Line int
	Text string
}

func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Phrases are the banned ones.
type Phrases []phrase

type phrase struct {
	pattern *regexp.Regexp
	advice  string
}

// ParsePhrases reads a table. A line has a regular expression, " => ", and what to
// write instead. Upper and lower case are the same unless the expression begins with
// (?-i). Empty lines and lines that begin with # do not count.
func ParsePhrases(r io.Reader) (Phrases, error) {
	var list Phrases
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		expression, advice, found := strings.Cut(line, " => ")
		if !found {
			return nil, fmt.Errorf("line %d: no \" => \" and what to write instead", n)
		}
		pattern, err := regexp.Compile("(?i)" + expression)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, phrase{pattern, advice})
	}
	return list, lines.Err()
}

// Check reads the Go and Markdown files below root and returns what is wrong with
// them, in the order of the files. Folders named testdata or bin, or with a leading
// dot, are left out. The error is about a file that cannot be read or parsed.
func (p Phrases) Check(root string) ([]Finding, error) {
	c := checker{phrases: p, root: root, parsed: make(map[string]*ast.File), packages: make(map[string]*pkg)}
	if err := filepath.WalkDir(root, c.collect); err != nil {
		return nil, err
	}
	for _, name := range c.files {
		if err := c.check(name); err != nil {
			return nil, err
		}
	}
	return c.findings, nil
}

type checker struct {
	phrases  Phrases
	root     string
	files    []string // to check, relative to root, with slashes
	all      []string // all files, which prose may name
	set      token.FileSet
	parsed   map[string]*ast.File // the Go files, by name
	packages map[string]*pkg      // by folder, relative to root
	findings []Finding
}

func (c *checker) collect(name string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	base := entry.Name()
	if entry.IsDir() {
		if name != c.root && (base == "testdata" || base == "bin" || base == "node_modules" || base[0] == '.') {
			return filepath.SkipDir
		}
		return nil
	}
	relative, err := filepath.Rel(c.root, name)
	if err != nil {
		return err
	}
	relative = filepath.ToSlash(relative)
	c.all = append(c.all, relative)
	switch filepath.Ext(base) {
	case ".go":
		file, err := parser.ParseFile(&c.set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		c.files = append(c.files, relative)
		c.parsed[relative] = file
		c.declare(relative, file)
	case ".md":
		c.files = append(c.files, relative)
	}
	return nil
}

func (c *checker) check(name string) error {
	if strings.HasSuffix(name, ".md") {
		return c.checkMarkdown(name)
	}
	file := c.parsed[name]
	names := c.names(name, file)
	for _, group := range file.Comments {
		line := c.set.Position(group.Pos()).Line
		var text strings.Builder
		for i, comment := range group.List {
			names.check(line+i, comment.Text)
			text.WriteString(comment.Text)
			text.WriteByte('\n')
		}
		c.prose(name, line, text.String())
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if _, ok := n.(*ast.ImportSpec); ok {
			return false
		}
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			c.prose(name, c.set.Position(literal.Pos()).Line, literal.Value)
		}
		return true
	})
	return nil
}

// prose looks for banned phrases in text, which begins on the given line. A phrase
// may be broken over two lines; the first one is reported.
func (c *checker) prose(name string, line int, text string) {
	var flat strings.Builder
	var starts []int // of the lines in flat
	for part := range strings.Lines(text) {
		starts = append(starts, flat.Len())
		flat.WriteString(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(part), "//")))
		flat.WriteByte(' ')
	}
	for _, p := range c.phrases {
		for _, at := range p.pattern.FindAllStringIndex(flat.String(), -1) {
			n, exact := slices.BinarySearch(starts, at[0])
			if !exact {
				n--
			}
			c.report(name, line+n, fmt.Sprintf("%q: write %s", strings.TrimSpace(flat.String()[at[0]:at[1]]), p.advice))
		}
	}
}

func (c *checker) report(name string, line int, text string) {
	c.findings = append(c.findings, Finding{name, line, text})
}

// checkMarkdown looks for phrases in the prose, and for names between backquotes.
// Fenced and indented code is left out.
func (c *checker) checkMarkdown(name string) error {
	content, err := os.ReadFile(filepath.Join(c.root, name))
	if err != nil {
		return err
	}
	names := c.names(name, nil)
	var prose []byte // with as many lines as content
	fenced := false
	for i, line := range bytes.Split(content, []byte("\n")) {
		fence := bytes.HasPrefix(bytes.TrimSpace(line), []byte("```"))
		if fence {
			fenced = !fenced
		}
		if !fence && !fenced && !bytes.HasPrefix(line, []byte("    ")) {
			prose = append(prose, code.ReplaceAll(line, []byte("`"))...)
			for _, span := range code.FindAll(line, -1) {
				names.check(i+1, string(span))
			}
		}
		prose = append(prose, '\n')
	}
	c.prose(name, 1, string(prose))
	return nil
}

// code is a code span.
var code = regexp.MustCompile("`[^`]*`")
