using System.Globalization;
using System.Text;

namespace MiniFirewall.Engine.Logging;

/// <summary>A line that grows.</summary>
internal sealed class LineText
{
    private readonly StringBuilder _text = new();

    internal void Add(string text) => _text.Append(text);

    /// <summary>Bytes with colons between, as the kernel's %pM.</summary>
    internal void AddBytes(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            _text.Append(i == 0 ? "" : ":").Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
        }
    }

    public override string ToString() => _text.ToString();
}
