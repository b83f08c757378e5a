package units

import (
	"errors"
	"io/fs"
	"path"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// envFiles reads env_file: paths, or objects with path and required. place says where a relative one is; nil: it counts from
// where the program starts.
func (b *body) envFiles(directory string, place func(string) string) []EnvFile {
	a, ok := b.attr("env_file")
	if !ok {
		return nil
	}
	items, _ := a.scope.elements(a.expr, "env_file", "Write it in brackets: env_file = [\".env\"].")
	var files []EnvFile
	for _, item := range items {
		if !a.scope.plain(item.value, item.at, "env_file") {
			continue
		}
		if file, ok := a.scope.envFile(item); ok {
			if place != nil && !path.IsAbs(file.Path) {
				file.Path = place(file.Path)
			}
			b.digest(&file, directory, item.at)
			files = append(files, file)
		}
	}
	return files
}

func (s *scope) envFile(item element) (EnvFile, bool) {
	file, name := EnvFile{Required: true}, item.value
	if t := name.Type(); t.IsObjectType() && !name.IsNull() {
		for key := range t.AttributeTypes() {
			if key != "path" && key != "required" {
				s.error(item.at, "unknown attribute \""+key+"\" in env_file", "It has path and required.")
				return file, false
			}
		}
		if !t.HasAttribute("path") {
			s.error(item.at, "env_file without path", "Write { path = \".env\", required = false }.")
			return file, false
		}
		if t.HasAttribute("required") {
			required := name.GetAttr("required")
			if required.Type() != cty.Bool || required.IsNull() {
				s.error(item.at, "required of env_file has to be true or false", "Write { path = \".env\", required = false }.")
				return file, false
			}
			file.Required = required.True()
		}
		name = name.GetAttr("path")
	}
	text, ok := s.asText(name, item.at, "a path in env_file")
	if !ok {
		return file, false
	}
	if err := checkPath(text); err != nil {
		s.error(item.at, "env_file: "+err.Error(), pathHint)
		return file, false
	}
	file.Path = expandHome(text, s.home)
	return file, true
}

// digest reads the file as it is now, for plans to compare. What a start would trip over is a warning: the
// file may come before the unit starts.
func (b *body) digest(file *EnvFile, directory string, at hcl.Range) {
	name := file.Path
	if !path.IsAbs(name) {
		name = path.Join(directory, name)
	}
	content, err := b.names.host.ReadSecret(name)
	if errors.Is(err, fs.ErrNotExist) && !file.Required {
		return
	}
	var values map[string]string
	if err == nil {
		values, err = ParseEnv(content)
	}
	if err != nil {
		hint := failsStart
		if errors.Is(err, fs.ErrNotExist) {
			hint += " { path = \"…\", required = false } lets it be missing."
		}
		b.atStart(at, "env_file "+file.Path+": "+err.Error(), hint)
		file.Unread, file.Absent = true, errors.Is(err, fs.ErrNotExist)
		return
	}
	file.Digests = make(map[string]string, len(values))
	for key, value := range values {
		file.Digests[key] = b.names.host.Digest(value)
	}
}

// failsStart and failsStep are the hints for what a start or a step needs and is not there now.
const (
	failsStart = "The unit does not start as long as that is so."
	failsStep  = "The step fails as long as that is so."
)

// atStart reports what a start would trip over as things are now.
func (b *body) atStart(at hcl.Range, summary, hint string) {
	if b.names.strict {
		b.error(at, summary, hint)
	} else {
		b.warning(at, summary, hint)
	}
}
