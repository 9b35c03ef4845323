#!/bin/bash
# No access list: whoever is in the segment reaches TCP 2233.
. "$(dirname "$0")/../common.sh"
usual_segment sw
