using System.Text;

namespace MiniFirewall.Compiler.Classifier.Image;

/// <summary>The hash of a name, by which an image knows a chain or a question: FNV-1a, 64 bits, of its UTF-8 bytes.</summary>
public static class NameHash
{
    public static ulong Of(string name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ value) * 0x100000001b3);
        }

        return hash;
    }
}
