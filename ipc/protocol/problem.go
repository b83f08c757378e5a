package protocol

import (
	"fmt"
	"net/http"
	"strings"
)

// Problem is an error as RFC 9457 (application/problem+json) spells it. A Manager returns one where the
// asker should be able to tell errors apart; any other error reaches the client as TypeInternal.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Name is the unit name that did not resolve, Nearest what may have been meant, Matches what it fits.
	Name    string   `json:"name,omitempty"`
	Nearest []string `json:"nearest,omitempty"`
	Matches []string `json:"matches,omitempty"`
	// Diagnostics are the rendered errors of unit files.
	Diagnostics string `json:"diagnostics,omitempty"`
}

// The types of problem.
const (
	TypeNoSuchUnit   = "urn:unitd:no-such-unit"
	TypeAmbiguous    = "urn:unitd:ambiguous-name"
	TypeNoSuchJob    = "urn:unitd:no-such-job"
	TypeNoSuchRun    = "urn:unitd:no-such-run"
	TypeBadRequest   = "urn:unitd:bad-request"
	TypeNotPermitted = "urn:unitd:not-permitted"
	TypeConflict     = "urn:unitd:conflict"
	TypeInvalidFiles = "urn:unitd:invalid-unit-files"
	TypeTooLarge     = "urn:unitd:too-large"
	TypeBusy         = "urn:unitd:busy"
	TypeInternal     = "urn:unitd:internal"
)

// Error is the problem in one line.
func (p *Problem) Error() string {
	switch {
	case p.Detail == "":
		return p.Title
	case len(p.Nearest) > 0:
		return p.Detail + "; did you mean " + strings.Join(p.Nearest, ", ") + "?"
	case len(p.Matches) > 0:
		return p.Detail + ": " + strings.Join(p.Matches, ", ")
	}
	return p.Detail
}

// NoSuchUnit says that no unit has this name; nearest are the ids that come close, best first.
func NoSuchUnit(name string, nearest []string) *Problem {
	return &Problem{
		Type: TypeNoSuchUnit, Title: "no such unit", Status: http.StatusNotFound,
		Detail: fmt.Sprintf("no unit is called %q", name), Name: name, Nearest: nearest,
	}
}

// Ambiguous says that several units have this name.
func Ambiguous(name string, matches []string) *Problem {
	return &Problem{
		Type: TypeAmbiguous, Title: "ambiguous name", Status: http.StatusConflict,
		Detail: fmt.Sprintf("%q is the name of several units", name), Name: name, Matches: matches,
	}
}

// NoSuchJob says that no job has this id, or that it ended too long ago to be remembered.
func NoSuchJob(id uint64) *Problem {
	return &Problem{
		Type: TypeNoSuchJob, Title: "no such job", Status: http.StatusNotFound,
		Detail: fmt.Sprintf("job %d is not known", id),
	}
}

// BadRequest says that the request cannot be understood or can never be carried out (scale of an app).
func BadRequest(format string, args ...any) *Problem {
	return &Problem{
		Type: TypeBadRequest, Title: "bad request", Status: http.StatusBadRequest,
		Detail: fmt.Sprintf(format, args...),
	}
}

// NotPermitted says that this caller may not do this.
func NotPermitted(detail string) *Problem {
	return &Problem{Type: TypeNotPermitted, Title: "not permitted", Status: http.StatusForbidden, Detail: detail}
}

// Conflict says that the present state does not allow the request (the manager is stopping).
func Conflict(format string, args ...any) *Problem {
	return &Problem{
		Type: TypeConflict, Title: "conflict with the present state", Status: http.StatusConflict,
		Detail: fmt.Sprintf(format, args...),
	}
}

// InvalidFiles says that the unit files do not load; rendered holds their diagnostics.
func InvalidFiles(rendered string) *Problem {
	return &Problem{
		Type: TypeInvalidFiles, Title: "invalid unit files", Status: http.StatusUnprocessableEntity,
		Detail: "the unit files have errors; nothing was changed", Diagnostics: rendered,
	}
}
