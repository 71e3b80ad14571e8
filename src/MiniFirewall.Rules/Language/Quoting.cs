using System.Text;

namespace MiniFirewall.Rules.Language;

/// <summary>Quoting of values in rule text (libxtables xtables.c, xtables_save_string).</summary>
public static class Quoting
{
    private const string Plain = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

    /// <summary>Whether a value is one word without quotes, in a shell's reading and in iptables-restore's.</summary>
    public static bool IsPlain(string value) =>
        value.Length > 0 && value[0] != '#' && value.All(c => Plain.Contains(c, StringComparison.Ordinal) || ".:,/+@%^=#".Contains(c, StringComparison.Ordinal));

    public static string Quote(string value)
    {
        if (value.Length > 0 && value.All(Plain.Contains))
        {
            return value;
        }

        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            if (c is '"' or '\\' or '\'')
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
