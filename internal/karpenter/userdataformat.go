package karpenter

import (
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

// validateUserDataFormat as far as it's surely wrong: with user data that Karpenter cannot
// read it launches no node, and a node with a configuration that isn't nodeadm's doesn't join:
// https://karpenter.sh/docs/concepts/nodeclasses/#specuserdata
func validateUserDataFormat(nc v1alpha1.NodeClassSpec, p *field.Path) field.ErrorList {
	data := strings.TrimSpace(nc.UserData)
	switch {
	case data == "":
		return nil
	case isBottlerocket(nc):
		if line, ok := checkTOML(data); !ok {
			return field.ErrorList{field.Invalid(p, line, "Bottlerocket has settings in TOML, such as [settings.ntp], and this line is none")}
		}
	case isMIME(data):
		if err := checkMIME(nc.UserData); err != nil {
			return field.ErrorList{field.Invalid(p, firstLine(data), "Karpenter cannot read it as a MIME multi-part archive: "+err.Error())}
		}
	default:
		if m := mapping(nc.UserData); len(m) > 0 && !isNodeConfig(m) {
			return field.ErrorList{field.Invalid(p, firstLine(data), "it's YAML, which Karpenter takes for a configuration of nodeadm: set apiVersion: node.eks.aws/v1alpha1 and kind: NodeConfig, or use a script or a MIME multi-part archive")}
		}
	}
	return nil
}

// warnOfUserData that is probably wrong.
func warnOfUserData(nc v1alpha1.NodeClassSpec, p *field.Path) []claim.Warning {
	var ws []claim.Warning
	if n := len(nc.UserData); n > largeUserData && len(validateUserData(nc, p)) == 0 {
		ws = append(ws, claim.Warn(p, "these are %d of the %d bytes that EC2 allows, and Karpenter adds more with each label, taint and certificate: download what they contain", n, maxUserData))
	}
	data := strings.TrimSpace(nc.UserData)
	script := data != "" && !isBottlerocket(nc) && !isMIME(data) && mapping(nc.UserData) == nil
	if script && !strings.HasPrefix(data, "#") {
		ws = append(ws, claim.Warn(p, "Karpenter takes it for a script, which cannot run without a first line such as #!/bin/bash"))
	}
	return ws
}

func isBottlerocket(nc v1alpha1.NodeClassSpec) bool {
	return strings.HasPrefix(nc.AMIAlias, "bottlerocket@")
}

// isMIME reports whether Karpenter takes user data for a MIME archive.
func isMIME(data string) bool {
	return strings.HasPrefix(data, "MIME-Version:") || strings.HasPrefix(data, "Content-Type:")
}

// checkMIME reads an archive as Karpenter does.
func checkMIME(data string) error {
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		return err
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return errors.Errorf("its Content-Type is %s: use multipart/mixed", kind)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			return err
		}
	}
}

// mapping of YAML, or nil if it's none.
func mapping(data string) map[string]any {
	var m map[string]any
	if err := yaml.Unmarshal([]byte(data), &m); err != nil {
		return nil
	}
	return m
}

// isNodeConfig reports whether a mapping is a configuration of nodeadm.
func isNodeConfig(m map[string]any) bool {
	v, _ := m["apiVersion"].(string)
	return strings.HasPrefix(v, "node.eks.aws/") && m["kind"] == "NodeConfig"
}

// Lines of TOML: a table, or a key with a value.
var (
	tomlTable = regexp.MustCompile(`^\[\[?[^\[\]]+\]\]?\s*(#.*)?$`)
	tomlValue = regexp.MustCompile(`^("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(\s*\.\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*\s*=\s*(\S.*)$`)
)

// checkTOML line by line, up to the first value that may have more than one. If it isn't ok, it
// returns the line.
func checkTOML(data string) (string, bool) {
	for line := range strings.Lines(data) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || tomlTable.MatchString(line) {
			continue
		}
		m := tomlValue.FindStringSubmatch(line)
		if m == nil {
			return line, false
		}
		if v := m[len(m)-1]; strings.HasPrefix(v, "[") || strings.HasPrefix(v, "{") || strings.HasPrefix(v, `"""`) || strings.HasPrefix(v, "'''") {
			return "", true
		}
	}
	return "", true
}

// firstLine of user data, which may be long.
func firstLine(data string) string {
	line, _, _ := strings.Cut(data, "\n")
	return line
}
