using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw top on a terminal of its own: it fits it, follows its size, and gives it back as it was, however it ends.</summary>
public sealed class TopTerminalTests : IDisposable
{
    /// <summary>
    /// Opens a pseudo terminal of 24 lines by 80 columns, runs a command on it as a shell would, waits for a table, makes the terminal
    /// smaller, waits for a table that fits, ends the command as its first argument says, and prints what it found.
    /// </summary>
    private const string Script = """
        import fcntl, os, pty, re, select, signal, struct, subprocess, sys, termios, time
        how, command = sys.argv[1], sys.argv[2:]
        master, slave = pty.openpty()
        size = lambda lines, columns: fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', lines, columns, 0, 0))
        size(24, 80)
        before = termios.tcgetattr(slave)
        child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), env={**os.environ, 'TERM': 'xterm'})
        text = ''
        def until(good):
            global text
            limit = time.monotonic() + 45
            while not good(text) and time.monotonic() < limit:
                if select.select([master], [], [], 0.2)[0]:
                    text += os.read(master, 65536).decode()
            return good(text)
        def widest(text):
            frames = text.split('\x1b[H')[1:]
            lines = [re.sub(r'\x1b\[[^A-Za-z]*[A-Za-z]|[\r]', '', line) for line in frames[-2].split('\n')] if len(frames) > 1 else ['']
            return len(lines), max(len(line) for line in lines)
        print('table', until(lambda text: 'INPUT 40' in text and text.count('q: quit') > 1), widest(text)[0] <= 24, widest(text)[1] <= 80)
        at = len(text)
        size(10, 40)
        child.send_signal(signal.SIGWINCH)
        fits = lambda text: text[at:].count('q: quit') > 2 and widest(text)[0] <= 10 and widest(text)[1] <= 40
        print('smaller', until(fits))
        if how == 'key':
            os.write(master, b'q')
        elif how == 'interrupt':
            os.write(master, b'\x03')
        else:
            child.send_signal(signal.SIGTERM)
        until(lambda text: '\x1b[?1049l' in text)
        print('ends', child.wait(45))
        until(lambda text: text.rstrip('\r\n').endswith('\x1b[?1049l'))
        print('screen', text.count('\x1b[?1049h'), text.count('\x1b[?1049l'), text.rfind('\x1b[?25h') > text.rfind('\x1b[?25l'))
        print('settings', termios.tcgetattr(slave)[:4] == before[:4])
        """;

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("key", 0)]
    [InlineData("interrupt", 0)]
    [InlineData("terminate", 0)]
    public void The_terminal_is_as_it_was(string how, int exitCode)
    {
        _namespace.MinifwWith(string.Concat(Enumerable.Range(1, 40).Select(i => $"-A INPUT -p tcp --dport {i} -m comment --comment \"a comment that is longer than the terminal is wide, whatever the rule says of ports and addresses\" -j DROP\n")) + "-P INPUT DROP\n", "apply", "-").Succeeded();
        _namespace.Shell($"echo x > /dev/tcp/127.0.0.1/40 & sleep 0.1; kill $!");
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Script);
            Assert.Equal(
                $"table True True True\nsmaller True\nends {exitCode}\nscreen 1 1 True\nsettings True\n",
                CommandResult.Of("ip", _namespace.Inside("python3", file, how, MinifwBinary.Path, "top", "--interval", "0.2"), limit: TimeSpan.FromMinutes(4)).Output);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
