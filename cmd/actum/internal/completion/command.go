package completion

import (
	"io"

	"github.com/actum-go/actum/cmd/actum/internal/system"
)

// Command is `actum completion` as the command line's parser sees it.
type Command struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is shown by --help.
func (Command) Help() string {
	return `The script goes to standard output. To have it in every new shell:

    bash:  echo 'source <(actum completion bash)' >> ~/.bashrc
    zsh:   echo 'source <(actum completion zsh)' >> ~/.zshrc    (below compinit)
    fish:  actum completion fish > ~/.config/fish/completions/actum.fish`
}

// Run is called by the parser.
func (c *Command) Run(s system.Streams) error {
	_, err := io.WriteString(s.Out, scripts[c.Shell])
	return err
}

// scripts call the tool for candidates, and fall back to file names if it has
// none.
var scripts = map[string]string{
	"bash": `# bash completion of actum
_actum() {
	local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)" -- "$word"))
	[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}
complete -o default -F _actum actum
`,
	"zsh": `#compdef actum
# zsh completion of actum
_actum() {
	local line
	local -a candidates
	for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
		[[ -z $line ]] || candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
	done
	if (( $#candidates )); then
		_describe actum candidates
	else
		_files
	fi
}
if [[ ${funcstack[1]} == _actum ]]; then
	_actum "$@"
else
	compdef _actum actum
fi
`,
	"fish": `# fish completion of actum
function __actum_complete
	set -l words (commandline -opc)
	set -l found ($words[1] __complete $words[2..-1] (commandline -ct | string collect --allow-empty) 2>/dev/null)
	if set -q found[1]
		printf '%s\n' $found
	else
		__fish_complete_path (commandline -ct)
	end
end
complete -c actum -f -a '(__actum_complete)'
`,
}

// Answer writes candidates in the form that the scripts expect: one a line, as
// the word, a tab, and its help.
func Answer(w io.Writer, candidates []Candidate) error {
	for _, c := range candidates {
		if _, err := io.WriteString(w, c.Word+"\t"+c.Help+"\n"); err != nil {
			return err
		}
	}
	return nil
}
