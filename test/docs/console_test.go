package docs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/cli"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// checkers of commands that cannot be run in a test, by program.
var checkers = map[string]func(folder string, args []string) error{
	".ci/run": checkScript(".ci/run"),
	"aws":     checkAWS,
	"curl":    checkCurl,
	"git":     checkGit,
	"go":      checkGo,
	"kubectl": checkKubectl,
	"make":    checkMake,
	"mkdir":   func(string, []string) error { return nil },
	"mv":      func(string, []string) error { return nil },
	"python3": checkFiles,
	"cd":      func(string, []string) error { return nil }, // checkCommand checks the folder.
	program:   func(_ string, args []string) error { return checkOurs(args) },
}

// checkFiles requires that files in arguments exist.
func checkFiles(folder string, args []string) error {
	for _, a := range args {
		if ext := filepath.Ext(a); (ext == ".py" || ext == ".txt") && !examples.Exists(filepath.Join(folder, a)) {
			return errors.Errorf("%s does not exist", filepath.Join(folder, a))
		}
	}
	return nil
}

// TestConsoleBlocks parses the commands of every block and checks what can be checked
// offline: that programs, targets, files, kinds, fields and flags exist.
func TestConsoleBlocks(t *testing.T) {
	for _, b := range blocksOf(t, console) {
		for _, err := range b.check() {
			t.Errorf("%s: %v\n%s", b.document, err, b.code)
		}
	}
}

// check the commands of a block, in the folders that they are run in.
func (b block) check() []error {
	f, err := syntax.NewParser().Parse(strings.NewReader(b.code), b.document)
	if err != nil {
		return []error{err}
	}
	var errs []error
	root := b.folder
	for _, stmt := range f.Stmts {
		folder := root
		syntax.Walk(stmt, func(n syntax.Node) bool {
			call, ok := n.(*syntax.CallExpr)
			if !ok {
				return true
			}
			args, err := expand.Fields(nil, call.Args...)
			if err == nil {
				folder, err = checkCommand(folder, args)
			}
			if err != nil {
				errs = append(errs, err)
			}
			return true
		})
	}
	return errs
}

// checkCommand in a folder, and return the folder of the next command.
func checkCommand(folder string, args []string) (string, error) {
	check, ok := checkers[args[0]]
	if strings.HasPrefix(args[0], "venv/bin/") {
		check, ok = checkFiles, true
	}
	if !ok {
		return folder, errors.Errorf("no test checks the command %s", args[0])
	}
	if args[0] == "cd" {
		folder = filepath.Join(folder, args[1])
		if !examples.Exists(folder) {
			return folder, errors.Errorf("cannot cd %s: it does not exist", folder)
		}
	}
	return folder, errors.Wrap(check(folder, args[1:]), strings.Join(args, " "))
}

func checkScript(path string) func(string, []string) error {
	return func(string, []string) error {
		fi, err := os.Stat(path)
		if err == nil && fi.Mode()&0o111 == 0 {
			err = errors.New("it cannot be executed")
		}
		return err
	}
}

var targetPattern = regexp.MustCompile(`(?m)^([a-z0-9-]+):.*## `)

// checkMake requires targets that make help lists, and variables of the Makefile.
func checkMake(_ string, args []string) error {
	b, err := os.ReadFile("Makefile")
	if err != nil {
		return err
	}
	var targets []string
	for _, m := range targetPattern.FindAllStringSubmatch(string(b), -1) {
		targets = append(targets, m[1])
	}
	for _, a := range args {
		name, _, isVariable := strings.Cut(a, "=")
		switch {
		case isVariable && !strings.Contains(string(b), "$("+name+")"):
			return errors.Errorf("the Makefile does not use %s", name)
		case !isVariable && !slices.Contains(targets, a):
			return errors.Errorf("the Makefile has no target %s: use one of %v", a, targets)
		}
	}
	return nil
}

// checkGo requires that packages and files in arguments exist, and flags of the project's
// own commands.
func checkGo(folder string, args []string) error {
	for _, a := range args {
		path := strings.TrimSuffix(strings.TrimPrefix(a, "-modfile="), "/...")
		if strings.HasPrefix(path, "./") || strings.HasPrefix(a, "-modfile=") {
			if !examples.Exists(filepath.Join(folder, path)) {
				return errors.Errorf("%s does not exist", filepath.Join(folder, path))
			}
		}
	}
	if args[0] != "run" {
		return nil
	}
	return flagsOf(filepath.Join(folder, args[1]), args[2:])
}

// flagsOf a command are fields of a struct in its source, in kong's spelling.
func flagsOf(folder string, args []string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	var source strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(filepath.Clean(f))
		if err != nil {
			return err
		}
		source.Write(b)
	}
	for _, a := range args {
		name, ok := strings.CutPrefix(a, "--")
		if ok && !regexp.MustCompile(`(?mi)^\t`+strings.ReplaceAll(name, "-", "")+`\s.*help:"`).MatchString(source.String()) {
			return errors.Errorf("%s has no flag %s", folder, a)
		}
	}
	return nil
}

// checkGit requires the paths of git diff.
func checkGit(folder string, args []string) error {
	if args[0] != "diff" {
		return errors.Errorf("no test checks git %s", args[0])
	}
	for _, path := range args[1:] {
		if !examples.Exists(filepath.Join(folder, path)) {
			return errors.Errorf("%s does not exist", path)
		}
	}
	return nil
}

// checkCurl requires a path that the function serves.
func checkCurl(_ string, args []string) error {
	_, path, _ := strings.Cut(args[len(args)-1], "/")
	files, err := filepath.Glob("internal/serve/*.go")
	if err != nil {
		return err
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Clean(f))
		if err != nil {
			return err
		}
		if strings.Contains(string(b), `"/`+path+`"`) {
			return nil
		}
	}
	return errors.Errorf("the function does not serve /%s", path)
}

// checkOurs parses the arguments of the function's own commands. Files of the reader are
// created for the check.
func checkOurs(args []string) error {
	tmp, err := os.MkdirTemp("", "docs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	args = slices.Clone(args)
	for i, a := range args {
		path := filepath.Join(tmp, a)
		switch {
		case i == 0 || strings.HasPrefix(a, "-") || strings.HasPrefix(a, "example/"):
			continue
		case strings.HasSuffix(a, ".yaml"):
			err = os.WriteFile(path, nil, 0o600)
		case args[i-1] == "--observed":
			err = os.MkdirAll(path, 0o700)
		default:
			continue
		}
		if err != nil {
			return err
		}
		args[i] = path
	}
	k, err := kong.New(&cli.CLI{})
	if err != nil {
		return err
	}
	_, err = k.Parse(args)
	return err
}

// awsCommands that documents use, with their flags, by the reference of the AWS CLI:
// https://docs.aws.amazon.com/cli/latest/reference/
var awsCommands = map[string][]string{
	"ec2 describe-instances":                        {"filters"},
	"ec2 describe-network-interfaces":               {"filters"},
	"ec2 get-console-output":                        {"instance-id", "latest"},
	"ec2 terminate-instances":                       {"instance-ids"},
	"eks describe-addon-versions":                   {"kubernetes-version", "addon-name"},
	"eks delete-nodegroup":                          {"cluster-name", "nodegroup-name"},
	"eks describe-nodegroup":                        {"cluster-name", "nodegroup-name"},
	"iam create-service-linked-role":                {"aws-service-name"},
	"resourcegroupstaggingapi get-resources":        {"tag-filters"},
	"service-quotas list-service-quotas":            {"service-code"},
	"service-quotas request-service-quota-increase": {"service-code", "quota-code", "desired-value"},
	"sts get-caller-identity":                       nil,
}

// awsGlobal are flags of every command of the AWS CLI.
var awsGlobal = []string{"region", "query", "output"}

func checkAWS(_ string, args []string) error {
	flags, ok := awsCommands[strings.Join(args[:2], " ")]
	if !ok {
		return errors.Errorf("no test checks aws %s: add it to awsCommands, with flags from the reference", strings.Join(args[:2], " "))
	}
	for _, a := range args[2:] {
		if name, ok := strings.CutPrefix(a, "--"); ok && !slices.Contains(slices.Concat(flags, awsGlobal), name) {
			return errors.Errorf("aws %s has no flag %s", strings.Join(args[:2], " "), a)
		}
	}
	return nil
}

// TestCheckers has an invalid command for each check.
func TestCheckers(t *testing.T) {
	cases := map[string]struct {
		reason, code string
		want         string
	}{
		"Program":   {reason: "A program that no test checks.", code: "terraform apply", want: "no test checks the command terraform"},
		"Syntax":    {reason: "A quote without an end.", code: "kubectl get 'x", want: "reached EOF"},
		"Target":    {reason: "A target that the Makefile doesn't have.", code: "make everything", want: "no target everything"},
		"Variable":  {reason: "A variable that the Makefile doesn't use.", code: "make push HOST=a", want: "does not use HOST"},
		"Folder":    {reason: "A folder that doesn't exist.", code: "cd test/nothing && go test", want: "does not exist"},
		"Package":   {reason: "A package that doesn't exist.", code: "go test ./nothing", want: "nothing does not exist"},
		"GoFlag":    {reason: "A flag that the command doesn't have.", code: "go run ./test/load --teams 3", want: "no flag --teams"},
		"OurFlag":   {reason: "A flag of ours that doesn't exist.", code: program + " render claim.yaml --plan", want: "unknown flag"},
		"OurFile":   {reason: "An example that doesn't exist.", code: program + " render example/nothing/claim.yaml --observed example/nothing", want: "nothing"},
		"AWS":       {reason: "A flag that the AWS CLI doesn't have.", code: "aws eks describe-nodegroup --cluster a", want: "no flag --cluster"},
		"Kind":      {reason: "A kind that isn't served.", code: "kubectl get seafarers -n a", want: "no resource seafarers"},
		"Group":     {reason: "A kind of another group.", code: "kubectl get clusters.ec2.aws.m.upbound.io -n a", want: "no resource clusters.ec2.aws.m.upbound.io"},
		"Namespace": {reason: "A namespaced kind needs a namespace.", code: "kubectl get seafarerclusters", want: "--namespace"},
		"Cluster":   {reason: "A cluster-scoped kind is in no namespace.", code: "kubectl get nodepools -n a", want: "no namespace"},
		"Flag":      {reason: "A flag that kubectl doesn't have.", code: "kubectl get nodepools --watching", want: "no flag --watching"},
		"Field":     {reason: "A field that the kind doesn't have.", code: "kubectl get seafarerclusters -n a -o jsonpath='{.status.kubeconfig}'", want: "no field kubeconfig"},
		"Item":      {reason: "A field that an item doesn't have.", code: "kubectl get seafarerclusters -n a -o jsonpath='{range .status.conditions[*]}{.name}{end}'", want: "no field name"},
		"Condition": {reason: "A condition that doesn't exist.", code: `kubectl get seafarerclusters -n a -o jsonpath='{.status.conditions[?(@.type=="Deleted")].message}'`, want: "no condition Deleted"},
		"Column":    {reason: "A column of a field that doesn't exist.", code: "kubectl get nodepools -o custom-columns=A:.spec.b", want: "no field b"},
		"Patch":     {reason: "A patch of a field that doesn't exist.", code: `kubectl patch seafarercluster a -n a --type=merge --patch='{"spec":{"protected":true}}'`, want: "no field protected"},
		"Value":     {reason: "A value that the field doesn't allow.", code: `kubectl patch objects.kubernetes.m.crossplane.io a -n a --type=merge --patch='{"spec":{"managementPolicies":["Watch"]}}'`, want: "Watch"},
		"Label":     {reason: "A label that composed resources don't have.", code: "kubectl get managed -n a -l crossplane.io/claim=a", want: "no label crossplane.io/claim"},
		"Note":      {reason: "An annotation without a meaning.", code: "kubectl annotate xseafarerclusters a crossplane.io/pause=true", want: "no annotation crossplane.io/pause"},
		"File":      {reason: "A file that doesn't exist.", code: "kubectl apply -f deploy/nothing.yaml", want: "deploy/nothing.yaml"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			errs := block{document: name, code: tc.code, folder: "."}.check()
			if len(errs) == 0 || !strings.Contains(errs[0].Error(), tc.want) {
				t.Errorf("\n%s\ncheck(): want an error with %q, got %v", tc.reason, tc.want, errs)
			}
		})
	}
}

// policyPath is the policy with the rights of provider-aws.
const policyPath = "docs/provider-policy.json"

// policyActions are the actions that the policy allows.
func policyActions(t *testing.T) []string {
	t.Helper()
	var p struct {
		Version   string
		Statement []struct {
			Sid, Effect, Resource string
			Action                []string
		}
	}
	if err := json.Unmarshal([]byte(examples.Read(t, policyPath)), &p); err != nil {
		t.Fatal(err)
	}
	return p.Statement[0].Action
}
