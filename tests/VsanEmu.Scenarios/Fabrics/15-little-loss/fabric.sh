#!/bin/bash
# One frame in twenty is lost on its way to m2.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'oifname "p-m2" numgen random mod 20 == 0 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
