package cli

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// usage writes the list of commands, which is the answer to a command line that has
// none. node is the program, or a command that has commands of its own.
func usage(w io.Writer, node *kong.Node) {
	args := "[flags]"
	if node.Type == kong.ApplicationNode {
		args = "[ENDPOINT...] [flags]"
	}
	fmt.Fprintf(w, "Usage: %s COMMAND %s\n\n", node.FullPath(), args)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, child := range node.Children {
		if !child.Hidden {
			fmt.Fprintf(t, "  %s\t%s\n", child.Name, child.Help)
		}
	}
	_ = t.Flush()
	fmt.Fprintf(w, "\n%s --help shows examples, %s COMMAND --help the flags of a command.\n", node.FullPath(), node.FullPath())
}

// incomplete returns the node to which args lead, if it still needs a command. It
// returns nil if it does not, or if args are wrong in another way.
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
