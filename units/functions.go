package units

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// mark is the type of what travels with values.
type mark string

// sensitive marks values that no output may show.
const sensitive = mark("sensitive")

// common are the functions that depend on nothing but their arguments.
var common = map[string]function.Function{
	"abs":        stdlib.AbsoluteFunc,
	"basename":   pathFunction(path.Base),
	"ceil":       stdlib.CeilFunc,
	"coalesce":   coalesceFunction,
	"concat":     stdlib.ConcatFunc,
	"dirname":    pathFunction(path.Dir),
	"floor":      stdlib.FloorFunc,
	"format":     stdlib.FormatFunc,
	"join":       stdlib.JoinFunc,
	"jsondecode": stdlib.JSONDecodeFunc,
	"jsonencode": stdlib.JSONEncodeFunc,
	"keys":       stdlib.KeysFunc,
	"length":     lengthFunction,
	"lookup":     stdlib.LookupFunc,
	"lower":      stdlib.LowerFunc,
	"max":        stdlib.MaxFunc,
	"merge":      stdlib.MergeFunc,
	"min":        stdlib.MinFunc,
	"range":      stdlib.RangeFunc,
	"regex":      stdlib.RegexFunc,
	"replace":    stdlib.ReplaceFunc,
	"split":      stdlib.SplitFunc,
	"toset":      stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"trimspace":  stdlib.TrimSpaceFunc,
	"upper":      stdlib.UpperFunc,
	"values":     stdlib.ValuesFunc,
}

// reads are what functions have learned of the host. That happens when loading, once: an expression that is
// evaluated again at a start sees what loading saw.
type reads struct {
	host    Host
	results map[string]readResult
	// frozen is set when loading ends: from then on several goroutines may evaluate.
	frozen bool
}

type readResult struct {
	value cty.Value
	err   error
}

// readError is a failure to read. It names a file and quotes nothing of it, so it may be shown even where
// the contents are sensitive.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

// plainText is the parameter that names what is read. It takes marked values so that it can refuse them:
// an error would quote them, and so would the file's name in a listing.
var plainText = []function.Parameter{{Name: "name", Type: cty.String, AllowMarked: true}}

var errSensitiveName = readError{errors.New("the name of what is read cannot be sensitive")}

func (r *reads) once(key string, read func() (cty.Value, error)) (cty.Value, error) {
	if known, ok := r.results[key]; ok {
		return known.value, known.err
	}
	value, err := read()
	if !r.frozen {
		r.results[key] = readResult{value, err}
	}
	return value, err
}

// functions are all functions as they are in a file of the directory dir.
func (r *reads) functions(dir string) map[string]function.Function {
	all := map[string]function.Function{
		"env":        r.envFunction(),
		"file":       r.fileFunction(dir, "file"),
		"secret":     r.fileFunction(dir, "secret"),
		"fileexists": r.existsFunction(dir),
	}
	for name, f := range common {
		all[name] = f
	}
	return all
}

func (r *reads) fileFunction(dir, name string) function.Function {
	return function.New(&function.Spec{
		Params: plainText,
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].IsMarked() {
				return cty.NilVal, errSensitiveName
			}
			file := absolute(args[0].AsString(), dir, r.host.Account().Home)
			return r.once(name+" "+file, func() (cty.Value, error) {
				value, err := r.text(file, name == "secret")
				if err != nil {
					return cty.NilVal, readError{fmt.Errorf("read %s: %w", file, err)}
				}
				return value, nil
			})
		},
	})
}

// text reads a file for file() and secret().
func (r *reads) text(file string, secret bool) (cty.Value, error) {
	read := r.host.ReadFile
	if secret {
		read = r.host.ReadSecret
	}
	content, err := read(file)
	switch {
	case err != nil:
		return cty.NilVal, err
	case !utf8.Valid(content):
		return cty.NilVal, errors.New("not UTF-8 text")
	case secret:
		return cty.StringVal(strings.TrimSuffix(string(content), "\n")).Mark(sensitive), nil
	}
	return cty.StringVal(string(content)), nil
}

func (r *reads) existsFunction(dir string) function.Function {
	return function.New(&function.Spec{
		Params: plainText,
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].IsMarked() {
				return cty.NilVal, errSensitiveName
			}
			file := absolute(args[0].AsString(), dir, r.host.Account().Home)
			return r.once("fileexists "+file, func() (cty.Value, error) {
				stat, err := r.host.Stat(file)
				return cty.BoolVal(err == nil && stat.Mode().IsRegular()), nil
			})
		},
	})
}

func (r *reads) envFunction() function.Function {
	return function.New(&function.Spec{
		Params:   plainText,
		VarParam: &function.Parameter{Name: "default", Type: cty.String, AllowNull: true},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].IsMarked() {
				return cty.NilVal, errSensitiveName
			}
			name := args[0].AsString()
			if len(args) > 2 {
				return cty.NilVal, function.NewArgErrorf(2, "env takes a name and a default")
			}
			if value, ok := r.host.Getenv(name); ok {
				return cty.StringVal(value), nil
			}
			if len(args) == 2 {
				return args[1], nil
			}
			return cty.NilVal, readError{fmt.Errorf("%s is not set in the environment of unitd; "+
				"give a default: env(%q, \"…\")", name, name)}
		},
	})
}

func pathFunction(f func(string) string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(f(args[0].AsString())), nil
		},
	})
}

// coalesceFunction gives the first argument that is neither null nor an empty text, so that what env() or
// config.env gives as empty counts as not given. (terraform has the same; that of stdlib takes an empty text.)
var coalesceFunction = function.New(&function.Spec{
	VarParam: &function.Parameter{
		Name: "values", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true, AllowMarked: true,
	},
	Type: func(args []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, len(args))
		for i, arg := range args {
			types[i] = arg.Type()
		}
		common, _ := convert.UnifyUnsafe(types)
		if common == cty.NilType {
			return cty.NilType, errors.New("all arguments have to be of one type")
		}
		return common, nil
	},
	Impl: func(args []cty.Value, common cty.Type) (cty.Value, error) {
		var marks []cty.ValueMarks
		for _, arg := range args {
			value, marked := arg.Unmark()
			marks = append(marks, marked)
			switch {
			case !value.IsKnown():
				return cty.UnknownVal(common).WithMarks(marks...), nil
			case value.IsNull() || value.Type() == cty.String && value.AsString() == "":
				continue
			}
			value, err := convert.Convert(value, common)
			return value.WithMarks(marks...), err
		}
		return cty.NilVal, errors.New("all arguments are null or empty")
	},
})

// lengthFunction counts elements, and characters of a text, which the one of stdlib refuses.
var lengthFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		value := args[0]
		switch t := value.Type(); {
		case t == cty.String:
			return stdlib.Strlen(value)
		case t.IsObjectType():
			return cty.NumberIntVal(int64(len(t.AttributeTypes()))), nil
		case t.IsTupleType() || t.IsCollectionType():
			return stdlib.Length(value)
		}
		return cty.NilVal, function.NewArgErrorf(0, "a %s has no length", value.Type().FriendlyName())
	},
})

// absolute expands "~/" and makes a relative path count from dir.
func absolute(name, dir, home string) string {
	name = expandHome(name, home)
	if !path.IsAbs(name) {
		name = path.Join(dir, name)
	}
	return path.Clean(name)
}

func expandHome(name, home string) string {
	if name == "~" {
		return home
	}
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		return path.Join(home, rest)
	}
	return name
}

// checkPath refuses what no path can hold.
func checkPath(name string) error {
	switch {
	case name == "":
		return errors.New("a path cannot be empty")
	case strings.ContainsRune(name, 0):
		return errors.New("a path cannot hold a NUL byte")
	case len(name) > 4095:
		return fmt.Errorf("a path is at most 4095 bytes long, this one has %d", len(name))
	case strings.HasPrefix(name, "~") && name != "~" && !strings.HasPrefix(name, "~/"):
		return errors.New("only \"~/\" is expanded, not the home of another account")
	}
	return nil
}
