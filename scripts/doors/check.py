"""Reads what `chartlift export` writes for hospital systems with libraries that had no part in writing it, and holds it against rules of its own.

    check.py hl7v2|adt|cda|dicom|csv EXPORT_FOLDER

Prints one JSON object a line for each file, with what was read from it and the faults that were found, and ends with 1 if there are any.
"""

import json
import sys
from pathlib import Path

import check_cda
import check_dicom
import check_hl7
import check_index

DOORS = {
    "hl7v2": ("hl7v2/**/*.hl7", check_hl7.document),
    "adt": ("adt/*.hl7", check_hl7.person),
    "cda": ("cda/**/*.xml", check_cda.document),
    "dicom": ("dicom/**/*.dcm", check_dicom.document),
}


def main(door, folder):
    folder = Path(folder)
    if door == "csv":
        results = list(check_index.rows(folder))
    else:
        pattern, check = DOORS[door]
        results = []
        for path in sorted(folder.glob(pattern)):
            faults, read = check(path, folder)
            results.append({"file": path.relative_to(folder).as_posix(), "faults": faults, **read})
    for result in results:
        print(json.dumps(result, ensure_ascii=False, sort_keys=True))
    return 1 if any(result["faults"] for result in results) else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in [*DOORS, "csv"]:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
