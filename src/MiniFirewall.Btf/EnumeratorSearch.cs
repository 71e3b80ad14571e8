using System.Text;

namespace MiniFirewall.Btf;

/// <summary>Finds an enumerator in an enum.</summary>
internal readonly ref struct EnumeratorSearch(Landmarks landmarks, BtfBlob blob)
{
    // struct btf_enum: name offset, value.
    private const int WordsOfEnumerator = 2;

    private readonly Landmarks _landmarks = landmarks;
    private readonly BtfBlob _blob = blob;

    public int? Run(int id, string name)
    {
        int start = _landmarks.StartOf(_blob, (uint)id);
        var info = new BtfTypeInfo(_blob.Word(start + 1));
        ReadOnlySpan<byte> wanted = Encoding.UTF8.GetBytes(name);
        for (int i = 0; info.Kind == BtfKind.Enum && i < info.Count; i++)
        {
            int at = start + BtfTypeInfo.Words + (i * WordsOfEnumerator);
            if (_blob.NameIs(_blob.Word(at), wanted))
            {
                return (int)_blob.Word(at + 1);
            }
        }

        return null;
    }
}
