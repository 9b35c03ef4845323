#!/bin/bash
# Nothing is wrong: three members, a silent port, an outsider that the access list keeps out.
. "$(dirname "$0")/../common.sh"
usual_segment sw
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
