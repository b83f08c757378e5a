package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Bounds on what an answer may make the manager read.
const (
	maxHeaderBytes = 64 << 10
	maxBodyBytes   = 64 << 10
)

// HTTP is answered by a response whose status lies in Status. Redirects are answers, not followed; each
// request has a connection of its own; proxy variables of the environment are not read. A body is read
// to its end, or for 64 KiB, so that the server does not see its answer refused; one that stops halfway
// is no answer.
type HTTP struct {
	URL     string            // http or https
	Method  string            // "": GET
	Headers map[string]string // "Host" sets the request's host
	Status  Statuses          // nil: 200-399
	Dial    DialFunc          // nil: an ordinary connection
	Target  string            // how errors name what was asked; "": the URL, without its password
}

// Do makes one request.
func (c HTTP) Do(ctx context.Context) error {
	request, err := c.request(ctx)
	if err != nil {
		return err
	}
	transport := &http.Transport{
		DialContext:            c.Dial,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	// The transport alone, without a client around it, neither follows redirects nor keeps cookies.
	response, err := transport.RoundTrip(request)
	if err != nil {
		return c.failure(ctx, err)
	}
	defer response.Body.Close()
	if want := c.statuses(); !want.Contain(response.StatusCode) {
		return fmt.Errorf("%s: status %d, want %s", c.name(), response.StatusCode, want)
	}
	if _, err := io.CopyN(io.Discard, response.Body, maxBodyBytes); err != nil && !errors.Is(err, io.EOF) {
		return c.failure(ctx, err)
	}
	return nil
}

func (c HTTP) request(ctx context.Context) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, c.method(), c.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name(), err)
	}
	request.Header.Set("User-Agent", "unitd-probe")
	for name, value := range c.Headers {
		if strings.EqualFold(name, "Host") {
			request.Host = value
			continue
		}
		request.Header.Set(name, value)
	}
	return request, nil
}

func (c HTTP) failure(ctx context.Context, err error) error {
	return fmt.Errorf("%s: %w", c.name(), reason(ctx, err))
}

func (c HTTP) method() string {
	if c.Method == "" {
		return http.MethodGet
	}
	return c.Method
}

func (c HTTP) statuses() Statuses {
	if len(c.Status) == 0 {
		return Statuses{{From: 200, To: 399}}
	}
	return c.Status
}

// name is the verb and the target, as every error of the check begins.
func (c HTTP) name() string {
	target := c.Target
	if target == "" {
		target = c.URL
		if parsed, err := url.Parse(c.URL); err == nil {
			target = parsed.Redacted()
		}
	}
	return strings.ToLower(c.method()) + " " + target
}
