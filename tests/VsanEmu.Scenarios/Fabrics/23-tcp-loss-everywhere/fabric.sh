#!/bin/bash
# One TCP segment in ten is lost, everywhere, and nothing else.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'meta l4proto tcp numgen random mod 10 == 0 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
