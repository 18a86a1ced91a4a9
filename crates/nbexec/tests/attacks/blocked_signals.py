# expect timeout: before
# control: timeout: nothing
import signal, time
result = "before"
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
time.sleep(1000)
