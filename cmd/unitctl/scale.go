package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
)

func newScale(c *console) *cobra.Command {
	var w waiting
	cmd := &cobra.Command{
		Use: "scale POOL N|+N|-N", Short: "Set how many workers a pool has, until the file changes it", GroupID: act,
		Args: takes(2, 2), ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, args []string) error {
			request, err := scaleRequest(args[1])
			if err != nil {
				return err
			}
			manager, err := c.manager()
			if err != nil {
				return err
			}
			job, err := manager.Scale(cmd.Context(), args[0], request)
			if err != nil {
				return err
			}
			return c.follow(cmd.Context(), manager, job, w)
		},
	}
	w.register(cmd)
	return cmd
}

// scaleRequest reads "4", "+1" or "-1".
func scaleRequest(text string) (protocol.ScaleRequest, error) {
	n, err := strconv.Atoi(text)
	relative := strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-")
	switch {
	case err != nil:
		return protocol.ScaleRequest{}, usage("%q is no number of workers: 4, +1 or -1", text)
	case relative && n == 0:
		return protocol.ScaleRequest{}, usage("%q changes nothing", text)
	case relative:
		return protocol.ScaleRequest{By: n}, nil
	}
	return protocol.ScaleRequest{Workers: &n}, nil
}

func negative(arg string) bool {
	_, err := strconv.Atoi(arg)
	return err == nil && strings.HasPrefix(arg, "-")
}

// keepNegative puts the -1 of `scale api -1` where it is not taken for a flag.
func keepNegative(args []string) []string {
	at := slices.IndexFunc(args, negative)
	if at < 0 || !slices.Contains(args[:at], "scale") || slices.Contains(args, "--") {
		return args
	}
	return append(slices.Delete(slices.Clone(args), at, at+1), "--", args[at])
}
