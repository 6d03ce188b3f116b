package cli

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// usage writes the answer to a command line without a command: the commands, one
// a line.
func usage(w io.Writer, node *kong.Node) {
	rest := "[flags]"
	if node.Type == kong.ApplicationNode {
		rest = "[ENDPOINT...] [flags]"
	}
	fmt.Fprintf(w, "Usage: %s COMMAND %s\n\n", node.FullPath(), rest)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, child := range node.Children {
		if !child.Hidden {
			fmt.Fprintf(t, "  %s\t%s\n", child.Name, child.Help)
		}
	}
	_ = t.Flush()
	fmt.Fprintf(w, "\n%s --help has examples, %s COMMAND --help the flags of one.\n", node.FullPath(), node.FullPath())
}

// incomplete returns the node that still needs a command at the end of a command
// line; nil if the command line is wrong in another way.
func incomplete(app *kong.Node, args []string) *kong.Node {
	node := app
	for _, arg := range args {
		var next *kong.Node
		for _, child := range node.Children {
			if child.Name == arg {
				next = child
			}
		}
		if next == nil {
			return nil
		}
		node = next
	}
	if len(node.Children) == 0 {
		return nil
	}
	return node
}
