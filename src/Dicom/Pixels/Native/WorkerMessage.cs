// What a server and its decoding process say to each other: short heads of fixed size, then bytes.

using System.Buffers.Binary;
using System.Text;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>Heads of messages; numbers have their least significant byte first.</summary>
internal static class WorkerMessage
{
    /// <summary>Bytes of the message that starts a worker, and of its answer.</summary>
    public const int StartSize = 16;

    /// <summary>Bytes of the head of a request.</summary>
    public const int RequestSize = 96;

    /// <summary>Bytes of the head of an answer.</summary>
    public const int AnswerSize = 12;

    /// <summary>Bytes of the words of a failure at most.</summary>
    public const int MaxWords = 1024;

    private const uint StartMark = 0x31504846;
    private const uint RequestMark = 0x52504846;
    private const uint AnswerMark = 0x41504846;
    private const int UidAt = 32;

    public static void WriteStart(Span<byte> head, long maxMemory)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(head, StartMark);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], maxMemory);
    }

    public static bool TryReadStart(ReadOnlySpan<byte> head, out long maxMemory)
    {
        maxMemory = BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(head) == StartMark;
    }

    public static void WriteRequest(Span<byte> head, TransferSyntax syntax, PixelDescription description, int frameLength)
    {
        head.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(head, RequestMark);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], frameLength);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], description.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], description.Columns);
        head[16] = (byte)description.SamplesPerPixel;
        head[17] = (byte)description.BitsAllocated;
        head[18] = (byte)description.BitsStored;
        head[19] = (byte)description.HighBit;
        head[20] = (byte)(description.IsSigned ? 1 : 0);
        head[21] = (byte)description.Kind;
        head[22] = (byte)description.Photometric;
        head[23] = (byte)(description.IsPlanar ? 1 : 0);
        head[24] = (byte)Encoding.ASCII.GetBytes(syntax.Uid, head[UidAt..]);
    }

    public static bool TryReadRequest(ReadOnlySpan<byte> head, out TransferSyntax? syntax, out PixelDescription? description, out int frameLength)
    {
        frameLength = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        syntax = null;
        description = null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != RequestMark || frameLength < 0 || head[24] > RequestSize - UidAt)
            return false;
        syntax = TransferSyntax.Find(Encoding.ASCII.GetString(head.Slice(UidAt, head[24])));
        description = new PixelDescription
        {
            Rows = BinaryPrimitives.ReadInt32LittleEndian(head[8..]),
            Columns = BinaryPrimitives.ReadInt32LittleEndian(head[12..]),
            SamplesPerPixel = head[16],
            BitsAllocated = head[17],
            BitsStored = head[18],
            HighBit = head[19],
            IsSigned = head[20] != 0,
            Kind = (SampleKind)head[21],
            Photometric = (PhotometricInterpretation)head[22],
            IsPlanar = head[23] != 0,
        };
        return syntax is not null;
    }

    /// <summary>An answer: the fault, or null where pixels follow, what they are, and how many bytes follow.</summary>
    public static void WriteAnswer(Span<byte> head, DicomFault? fault, PhotometricInterpretation photometric, int length)
    {
        head.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(head, AnswerMark);
        head[4] = (byte)(fault is { } kind ? 1 + (int)kind : 0);
        head[5] = (byte)photometric;
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], length);
    }

    public static bool TryReadAnswer(ReadOnlySpan<byte> head, out DicomFault? fault, out PhotometricInterpretation photometric, out int length)
    {
        fault = head[4] == 0 ? null : (DicomFault)(head[4] - 1);
        photometric = (PhotometricInterpretation)head[5];
        length = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(head) == AnswerMark
            && (fault is null || Enum.IsDefined(fault.Value))
            && Enum.IsDefined(photometric)
            && length >= 0;
    }
}
