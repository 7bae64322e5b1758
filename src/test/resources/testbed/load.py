"""Calls functions in turn from several connections, some 15 times a second each, until the file STOP is there, then prints what came of it as JSON.

load.py HOST:PORT STOP CONNECTIONS PATH...
"""
import http.client, json, os, sys, threading, time

host, stop, connections, *paths = sys.argv[1:]
calls, failed, lock = 0, [], threading.Lock()


def call():
    global calls
    connection = http.client.HTTPConnection(host, timeout=120)
    turn = 0
    while not os.path.exists(stop):
        path = paths[turn % len(paths)]
        turn += 1
        try:
            connection.request("POST", path, b"a body")  # not idempotent: nobody may repeat it
            response = connection.getresponse()
            body = response.read()
            why = None if response.status == 200 else f"{response.status} {body[:300].decode('utf-8', 'replace')}"
        except (OSError, http.client.HTTPException) as error:
            why = repr(error)
            connection.close()
        with lock:
            calls += 1
            if why:
                failed.append(f"{time.strftime('%H:%M:%S')} {path}: {why}")
        time.sleep(0.06)


threads = [threading.Thread(target=call) for _ in range(int(connections))]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps({"calls": calls, "failed": len(failed), "first": failed[:5]}))
