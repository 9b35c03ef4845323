#!/bin/bash
# The switch drops every IP fragment.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'ip frag-off & 0x3fff != 0 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
