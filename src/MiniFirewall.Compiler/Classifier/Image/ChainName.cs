using System.Text;

namespace MiniFirewall.Compiler.Classifier.Image;

/// <summary>The hash of a chain's name, by which a change finds the chain in an image: FNV-1a, 64 bits, of its UTF-8 bytes.</summary>
public static class ChainName
{
    public static ulong Hash(string name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ value) * 0x100000001b3);
        }

        return hash;
    }
}
