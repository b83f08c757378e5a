"""The nightly job: asks the site as a client would, and writes down what it said."""

import datetime
import json
import os
import time
import urllib.request

site = os.environ["SITE"]
request = urllib.request.Request(site + "/private", headers={"Authorization": "Bearer " + os.environ["API_TOKEN"]})
began = time.monotonic()
with urllib.request.urlopen(request, timeout=10) as answer:  # anything but 200 raises, and the job is tried again
    report = {"site": site, "status": answer.status, "milliseconds": round(1000 * (time.monotonic() - began), 1)}

day = datetime.date.today().isoformat()
os.makedirs("reports", exist_ok=True)
with open(f"reports/{day}.json", "w") as file:
    json.dump(report, file)
print(f"{day}: {report['status']} in {report['milliseconds']} ms")
