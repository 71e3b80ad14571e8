using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>Lets packets that an entry may match come to a tuple. A class's bits are shared, so others may come too, in vain.</summary>
internal sealed class FilterEdit(ImageMemory image)
{
    internal void Allow(in EntryForm entry, int tuple)
    {
        ImageLayout layout = image.Layout;
        ulong bit = 1UL << tuple;
        (int from, int to) = entry.HasProtocol ? (entry.Protocol, entry.Protocol) : (0, 255);
        for (int protocol = from; protocol <= to; protocol++)
        {
            image.SetBits(layout.ProtocolMasks + (protocol * 8), bit);
        }

        AllowPorts(entry.SourcePort, entry.SourceWidth, layout.SourcePortClasses, layout.SourcePortMasks, bit);
        AllowPorts(entry.DestinationPort, entry.DestinationWidth, layout.DestinationPortClasses, layout.DestinationPortMasks, bit);
        AllowAddresses(entry.Source, entry.SourceLength, layout.Capacity.SourceFilterShift, layout.SourceClasses, layout.SourceMasks, bit);
        AllowAddresses(entry.Destination, entry.DestinationLength, layout.Capacity.DestinationFilterShift, layout.DestinationClasses, layout.DestinationMasks, bit);
    }

    private void AllowPorts(int port, int width, int classes, int masks, ulong bit)
    {
        bool isAny = width == ushort.MaxValue;
        for (int i = 0; i <= (isAny ? ImageFormat.PortClasses - 1 : width); i++)
        {
            image.SetBits(masks + ((isAny ? i : image.U8(classes + port + i)) * 8), bit);
        }
    }

    private void AllowAddresses(UInt128 bits, int length, int shift, int classes, int masks, ulong bit)
    {
        (int from, int to) = new AddressFilter(image.IsV6, shift).KeysOf(bits, length);
        bool isAny = from == 0 && to == ImageFormat.FilterKeys - 1;
        for (int i = from; i <= (isAny ? ImageFormat.AddressClasses - 1 : to); i++)
        {
            image.SetBits(masks + ((isAny ? i : image.U16(classes + (i * 2))) * 8), bit);
        }
    }
}
