// Package completion completes command lines of actum in a shell. A short script
// for each shell asks the tool itself (actum __complete WORDS...) how the last
// word can continue.
package completion

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/actum-go/actum/proactor"
	_ "github.com/actum-go/actum/proactor/sim" // one of the backends that can be named
	"github.com/actum-go/actum/zmq"
)

// Candidate is a completed word with its help.
type Candidate struct{ Word, Help string }

// Complete returns candidates for the last of the words, which are those of a
// command line after the program's name. No candidates means that any word is
// allowed, such as the name of a file.
func Complete(app *kong.Application, words []string) []Candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	at := place{node: app.Node, app: app.Node}
	for _, word := range words[:len(words)-1] {
		at.pass(word)
	}
	last := words[len(words)-1]
	return slices.DeleteFunc(at.candidates(last), func(c Candidate) bool { return !strings.HasPrefix(c.Word, last) })
}

// place is the parser's state after some words of a command line.
type place struct {
	app, node   *kong.Node
	flag        *kong.Flag // the flag whose value is the next word; nil if none
	positionals int        // positional arguments so far
}

// pass advances by one word.
func (p *place) pass(word string) {
	switch {
	case word == "=": // bash takes --flag=value for three words
	case p.flag != nil:
		p.flag = nil
	case strings.HasPrefix(word, "-") && word != "-":
		p.flag = p.valued(word)
	default:
		p.argument(word)
	}
}

// argument advances by the name of a command, or a positional argument.
func (p *place) argument(word string) {
	for _, child := range p.node.Children {
		if child.Type == kong.CommandNode && child.Name == word {
			p.node, p.positionals = child, 0
			return
		}
	}
	if p.positionals < len(p.node.Positional) && p.node.Positional[p.positionals].PassthroughMode != kong.PassThroughModeNone {
		p.node, p.positionals = p.app, 0 // another command, with its flags
		p.argument(word)
		return
	}
	p.positionals++
}

// valued returns the flag that word names, if its value is the next word.
func (p *place) valued(word string) *kong.Flag {
	for _, f := range p.flags() {
		if (word == "--"+f.Name || len(word) == 2 && f.Short != 0 && word == "-"+string(f.Short)) && !f.IsBool() {
			return f
		}
	}
	return nil
}

// flags returns the flags that are allowed here: those of the command and of its
// parents.
func (p *place) flags() (all []*kong.Flag) {
	for _, group := range p.node.AllFlags(true) {
		all = append(all, group...)
	}
	return all
}

func (p *place) candidates(word string) (all []Candidate) {
	name, _, isValue := strings.Cut(word, "=")
	switch {
	case p.flag != nil:
		return values(p.flag, "")
	case isValue && p.valued(name) != nil:
		return values(p.valued(name), name+"=")
	case strings.HasPrefix(word, "-"):
		for _, f := range p.flags() {
			all = append(all, Candidate{"--" + f.Name, help(f.Help)})
		}
		return all
	}
	for _, child := range p.node.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			all = append(all, Candidate{child.Name, help(child.Help)})
		}
	}
	if p.positionals < len(p.node.Positional) {
		switch arg := p.node.Positional[p.positionals]; {
		case arg.PassthroughMode != kong.PassThroughModeNone:
			all = append(all, (&place{app: p.app, node: p.app}).candidates(word)...)
		default:
			all = append(all, enum(arg, "")...)
		}
	}
	return all
}

// values returns the known values of a flag.
func values(f *kong.Flag, prefix string) (all []Candidate) {
	switch f.Name {
	case "backend":
		for _, name := range proactor.Backends() {
			all = append(all, Candidate{Word: prefix + name})
		}
	case "opt":
		for _, name := range zmq.OptionNames() {
			all = append(all, Candidate{Word: prefix + name + "="})
		}
	default:
		all = enum(f.Value, prefix)
	}
	return all
}

func enum(v *kong.Value, prefix string) (all []Candidate) {
	for _, value := range v.EnumSlice() {
		if value != "" {
			all = append(all, Candidate{Word: prefix + value})
		}
	}
	return all
}

// help returns the first sentence of a help text, because there is one line for
// it.
func help(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if sentence, _, more := strings.Cut(text, ". "); more {
		return sentence + "."
	}
	return text
}
