package units

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/hashicorp/go-envparse"
)

// ParseEnv reads KEY=VALUE lines with the usual quotes, comments and `export`, as env_file and config.env
// hold them. The error names the line and the kind of mistake and quotes nothing of it.
func ParseEnv(content []byte) (map[string]string, error) {
	values, err := envparse.Parse(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
	if err == nil {
		return values, nil
	}
	where := ""
	if parse := (*envparse.ParseError)(nil); errors.As(err, &parse) && parse.Line > 0 {
		where = fmt.Sprintf("line %d: ", parse.Line)
	}
	return nil, errors.New(where + envMistake(err))
}

// envMistake says what is wrong in words of its own: those of envparse quote characters of the line.
func envMistake(err error) string {
	if parse := (*envparse.ParseError)(nil); errors.As(err, &parse) {
		err = parse.Err // a ParseError does not unwrap
	}
	for _, known := range envMistakes {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	return "not KEY=VALUE with a key of letters, digits and _"
}

var envMistakes = []struct {
	err  error
	text string
}{
	{envparse.ErrMissingSeparator, "no = between key and value"},
	{envparse.ErrEmptyKey, "no key before the ="},
	{envparse.ErrUnmatchedDouble, "a quote that is never closed"},
	{envparse.ErrUnmatchedSingle, "a quote that is never closed"},
	{envparse.ErrIncompleteEscape, badEscape},
	{envparse.ErrIncompleteHex, badEscape},
	{envparse.ErrIncompleteSur, badEscape},
	{envparse.ErrMultibyteEscape, badEscape},
}

const badEscape = "a backslash in double quotes that begins no known escape"

// lineError is the mistake of an error of ParseEnv for a text of one line.
func lineError(err error) string {
	_, mistake, _ := bytes.Cut([]byte(err.Error()), []byte(": "))
	return string(mistake)
}
