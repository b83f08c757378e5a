package units

import (
	"fmt"
	"strings"
	"testing"
)

// A secret does not get into a command line by any way that the language has, and what is said about it quotes neither
// the value nor a part of it.
func TestSecretsStayOutOfCommands(t *testing.T) {
	const header = `
variable "given" { sensitive = true }
locals {
  direct  = var.given
  wrapped = { inner = [local.direct] }
  read    = secret("/home/shop/secret/password")
  names   = { one = "1", two = "2" }
}
`
	ways := []string{
		`var.given`, `local.direct`, `local.wrapped.inner[0]`, `local.read`, `secret("/home/shop/secret/password")`,
		`"--password=${local.direct}"`, `"%{ if true }${local.read}%{ endif }"`, `format("%s", local.direct)`, `format("%5.3s", local.read)`,
		`jsonencode({ password = local.direct })`, `jsonencode(local.wrapped)`, `jsondecode(jsonencode([local.read]))[0]`,
		`join(",", [local.direct, "x"])`, `split("-", local.direct)[0]`, `upper(local.read)`, `replace(local.read, "n", "m")`,
		`lookup({ (local.direct) = "x" }, local.direct, "y")`, `merge(local.names, { three = local.direct }).three`,
		`coalesce(local.direct, "x")`, `[for v in local.wrapped.inner : v][0]`, `{ for k, v in local.wrapped : k => v }.inner[0]`,
		`local.wrapped["inner"][0]`, `local.wrapped.inner.*[0]`, `values(local.wrapped)[0][0]`, `element`, `length(local.direct)`,
		`local.direct == "hunter5-hunter5" ? "yes" : "no"`, `local.names[local.direct]`, `regex("h.*", local.direct)`,
		`toset([local.direct])`, `"${worker.index}${local.direct}"`, `basename(local.read)`, `local.direct + 1`, `!local.direct`,
	}
	commands := map[string]string{
		"command":          `command = ["x", %s]`,
		"whole command":    `command = %s`,
		"hook":             "command = [\"x\"]\n  pre_start = [[\"x\", %s]]",
		"reload":           "command = [\"x\"]\n  reload {\n    command = [\"x\", %s]\n  }",
		"check":            "command = [\"x\"]\n  health \"h\" {\n    command = [\"x\", %s]\n  }",
		"each.value":       "for_each = local.names\n  command  = [\"x\", each.value, %s]",
		"key of for_each":  "for_each = toset([%s])\n  command  = [\"x\", each.key]",
		"for_each":         "for_each = { a = %s }\n  command  = [\"x\", each.value]",
		"file of a secret": "command = [\"x\"]\n  secret \"s\" {\n    file = %s\n  }",
	}
	for place, form := range commands {
		for _, way := range ways {
			host := testHost()
			host.files["/home/shop/secret/password"] = "hunter4-hunter4"
			host.environ["UNITD_VAR_given"] = "hunter5-hunter5"
			text := header + "app \"a\" {\n  " + fmt.Sprintf(form, way) + "\n}\n"
			set, diags := Load(directory("a.hcl", text), host, Inputs{})
			if !diags.HasErrors() {
				t.Errorf("%s: %s is taken", place, way)
			}
			var shown strings.Builder
			if err := WriteDiagnostics(&shown, diags, set.Sources, 0, false); err != nil {
				t.Fatal(err)
			}
			// What stands in the unit file may be shown, for which the way itself is taken out.
			said := strings.ReplaceAll(shown.String(), way, "")
			for _, part := range []string{"hunter4", "hunter5", "HUNTER4"} {
				if strings.Contains(said, part) {
					t.Errorf("%s: %s is quoted:\n%s", place, way, said)
				}
			}
		}
	}
}
