namespace MiniFirewall.Cli.Safety;

/// <summary>The failsafe ports: a line each of the file "failsafe" in /etc/minifw, or where MINIFW_CONFIG_DIR says.</summary>
internal static class FailsafeFile
{
    private static string FilePath => Path.Combine(Settings.Directory, "failsafe");

    /// <exception cref="UsageException">A line says no port.</exception>
    internal static IReadOnlyList<FailsafePort> Read()
    {
        List<FailsafePort> ports = [];
        int number = 0;
        foreach (string line in Lines())
        {
            number++;
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                ports.Add(FailsafePort.TryParse(words) ?? throw new UsageException($"{FilePath}:{number}: '{line.Trim()}' is no failsafe port; {FailsafePort.Help}"));
            }
        }

        return ports;
    }

    /// <summary>Adds one; false where it is there.</summary>
    internal static bool Add(FailsafePort port)
    {
        if (Read().Contains(port))
        {
            return false;
        }

        Write([.. Lines(), port.ToString()]);
        return true;
    }

    /// <summary>Takes one out; false where it is not there. Other lines stay as they are.</summary>
    internal static bool Remove(FailsafePort port)
    {
        if (!Read().Contains(port))
        {
            return false;
        }

        Write([.. Lines().Where(line => FailsafePort.TryParse(line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) != port)]);
        return true;
    }

    private static string[] Lines()
    {
        try
        {
            return File.Exists(FilePath) ? File.ReadAllLines(FilePath) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{FilePath}: {e.Message}");
        }
    }

    private static void Write(string[] lines)
    {
        try
        {
            Directory.CreateDirectory(Settings.Directory);
            string beside = FilePath + ".new";
            File.WriteAllLines(beside, lines);
            File.Move(beside, FilePath, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{FilePath}: {e.Message}");
        }
    }
}
