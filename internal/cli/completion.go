package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/crossplane/function-sdk-go/errors"
)

// CompletionCmd prints the code by which a shell completes the command line. The
// shell calls the command with COMP_LINE in its environment, which Main answers.
type CompletionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell: bash, zsh or fish."`
}

// Help with examples.
func (c *CompletionCmd) Help() string {
	return `The shell completes commands, flags and their values, and the names of files.

Examples:

  # In this shell
  source <(function-seafarer-cluster completion bash)

  # In every new shell
  echo 'source <(function-seafarer-cluster completion bash)' >> ~/.bashrc
  echo 'source <(function-seafarer-cluster completion zsh)' >> ~/.zshrc
  function-seafarer-cluster completion fish > ~/.config/fish/completions/function-seafarer-cluster.fish`
}

// completions by shell. Where the command has no answer, the shell completes names
// of files.
var completions = map[string]string{
	"bash": `complete -o default -o bashdefault -C EXECUTABLE function-seafarer-cluster
`,
	"zsh": `(( $+functions[compdef] )) || { autoload -U +X compinit && compinit -u }
autoload -U +X bashcompinit && bashcompinit
complete -o default -o bashdefault -C EXECUTABLE function-seafarer-cluster
`,
	"fish": `function __complete_function_seafarer_cluster
    set -lx COMP_LINE (commandline -cp)
    EXECUTABLE
end
complete -c function-seafarer-cluster -a "(__complete_function_seafarer_cluster)"
`,
}

// Run the command.
func (c *CompletionCmd) Run() error {
	exe, err := os.Executable()
	if err != nil {
		return errors.Wrap(err, "cannot find the path of this command")
	}
	return c.run(os.Stdout, exe)
}

func (c *CompletionCmd) run(w io.Writer, exe string) error {
	quoted := "'" + strings.ReplaceAll(exe, "'", `'\''`) + "'"
	if c.Shell != "fish" {
		// The shell evaluates the argument of -C once more.
		quoted = "'" + strings.ReplaceAll(quoted, "'", `'\''`) + "'"
	}
	_, err := fmt.Fprint(w, strings.ReplaceAll(completions[c.Shell], "EXECUTABLE", quoted))
	return errors.Wrap(err, "cannot print")
}
