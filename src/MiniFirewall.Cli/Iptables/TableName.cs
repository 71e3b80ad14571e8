namespace MiniFirewall.Cli.Iptables;

/// <summary>Finds which table a command line is for, before it is read as one for the filter table.</summary>
internal static class TableName
{
    internal const string Filter = "filter";

    /// <summary>The argument of -t or --table; "filter" where there is none.</summary>
    internal static string In(string[] arguments)
    {
        string table = Filter;
        for (int i = 0; i < arguments.Length; i++)
        {
            string word = arguments[i];
            if (word is "--comment" or "--log-prefix")
            {
                i++;
            }
            else if (word is "-t" or "--table" || (word.Length > 2 && word[0] == '-' && word[^1] == 't' && AreFlags(word[1..^1])))
            {
                table = i + 1 < arguments.Length ? arguments[++i] : table;
            }
            else if (word.StartsWith("--table=", StringComparison.Ordinal))
            {
                table = word["--table=".Length..];
            }
            else if (word.Length > 2 && word.StartsWith("-t", StringComparison.Ordinal))
            {
                table = word[2..];
            }
        }

        return table;
    }

    /// <summary>Letters that take no argument and may be glued before -t.</summary>
    private static bool AreFlags(string letters) => letters.All(letter => "nvx46f".Contains(letter, StringComparison.Ordinal));
}
