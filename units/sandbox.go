package units

import (
	"maps"
	"slices"
)

// Sandbox is what a program is kept from (LANGUAGE: sandbox).
type Sandbox struct {
	Namespace             string // auto, required, off
	NoNewPrivileges       bool
	PrivateTmp            bool
	PrivateDev            bool
	PrivateNetwork        bool
	PrivateIPC            bool
	HideProcesses         bool
	ProtectHome           string
	ReadOnly              []string
	ReadWrite             []string
	Hidden                []string
	Seccomp               []string
	RestrictAddressFamily []string
	Given                 []string // names of the attributes and blocks that the file gave
}

var namespaceModes = []string{"auto", "required", "off"}

// sandbox reads a sandbox block.
func (b *body) sandbox(namespace string) Sandbox {
	s := Sandbox{
		Namespace:             b.oneOf("namespace", namespace, namespaceModes...),
		NoNewPrivileges:       b.flag("no_new_privileges", true),
		PrivateTmp:            b.flag("private_tmp", false),
		PrivateDev:            b.flag("private_dev", false),
		PrivateNetwork:        b.flag("private_network", false),
		PrivateIPC:            b.flag("private_ipc", true),
		HideProcesses:         b.flag("hide_processes", true),
		ProtectHome:           b.oneOf("protect_home", "no", "no", "read-only", "tmpfs"),
		ReadOnly:              b.paths("read_only"),
		ReadWrite:             b.paths("read_write"),
		Hidden:                b.paths("hidden"),
		Seccomp:               b.texts("seccomp"),
		RestrictAddressFamily: b.texts("restrict_address_families"),
	}
	// What landlock holds is said by the version that does it; until then the block as a whole is refused.
	known(&b.blocks, "landlock")
	for _, block := range blocksOf(b.own, "landlock") {
		b.refuseBlock("sandbox.landlock", block)
	}
	for _, name := range slices.Sorted(maps.Keys(b.attrs)) {
		if b.has(name) {
			s.Given = append(s.Given, name)
		}
	}
	return s
}
