namespace MiniFirewall.Cli.Iptables;

/// <summary>The text that iptables-restore is given, read whole before anything is locked: who writes it may need the lock.</summary>
internal static class RestoreInput
{
    /// <summary>The most bytes of a text.</summary>
    internal const int Longest = 256 << 20;

    /// <summary>The text; null where there is none to read, which has been answered.</summary>
    internal static ReadOnlyMemory<byte>? Read(string program, string? file, out int code)
    {
        code = ExitCode.Refused;
        try
        {
            using Stream input = file is null ? Console.OpenStandardInput() : new FileStream(file, FileMode.Open, FileAccess.Read);
            if (ReadAll(input) is { } text)
            {
                MemoryAhead.Expect(text.Length);
                return text;
            }

            code = RestoreMessages.BadLine(program, $"the text is longer than {Longest} bytes", 0);
        }
        catch (Exception error) when (file is not null && error is IOException or UnauthorizedAccessException)
        {
            string reason = error is FileNotFoundException or DirectoryNotFoundException ? "No such file or directory"
                : error is UnauthorizedAccessException ? "Permission denied" : error.Message;
            Console.Error.WriteLine($"Can't open {file}: {reason}");
        }

        return null;
    }

    private static ReadOnlyMemory<byte>? ReadAll(Stream input)
    {
        var text = new byte[1 << 16];
        int length = 0;
        while (input.Read(text.AsSpan(length)) is > 0 and int read)
        {
            length += read;
            if (length > Longest)
            {
                return null;
            }

            if (length == text.Length)
            {
                Array.Resize(ref text, Math.Min(2 * length, Longest + 1));
            }
        }

        return text.AsMemory(0, length);
    }
}
