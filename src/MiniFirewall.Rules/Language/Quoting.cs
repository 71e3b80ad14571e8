using System.Text;

namespace MiniFirewall.Rules.Language;

/// <summary>Quoting of values in rule text (libxtables xtables.c, xtables_save_string).</summary>
public static class Quoting
{
    private const string Plain = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

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
