// Codecs for answers: each frame is decoded or encoded in its turn, and no turn is held while a client is written to.

using System.Buffers;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>A codec that works for one answer, when there is a turn.</summary>
internal sealed class TurnCodec : IPixelCodec
{
    private readonly IPixelCodec _codec;
    private readonly PixelGate _gate;
    private readonly HttpResponse _response;

    private TurnCodec(IPixelCodec codec, PixelGate gate, HttpResponse response) => (_codec, _gate, _response) = (codec, gate, response);

    /// <inheritdoc/>
    public string Name => _codec.Name;

    /// <inheritdoc/>
    public string? Unavailable => _codec.Unavailable;

    /// <inheritdoc/>
    public IReadOnlyCollection<TransferSyntax> Decodes => _codec.Decodes;

    /// <inheritdoc/>
    public IReadOnlyCollection<TransferSyntax> Encodes => _codec.Encodes;

    /// <summary>The codecs of the service, for one answer.</summary>
    public static PixelCodecs Of(DicomwebService service, HttpContext http) =>
        new([.. service.Codecs.All.Select(codec => new TurnCodec(codec, service.PixelTurns, http.Response))]);

    /// <inheritdoc/>
    /// <exception cref="DicomwebException">503: too many wait.</exception>
    public async ValueTask<PixelDescription> DecodeAsync(
        ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken)
    {
        using var turn = await _gate.EnterAsync(_response.HasStarted, cancellationToken);
        return await _codec.DecodeAsync(frame, syntax, description, output, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="DicomwebException">503: too many wait.</exception>
    public async ValueTask<PixelDescription> EncodeAsync(
        ReadOnlyMemory<byte> frame,
        PixelDescription description,
        TransferSyntax syntax,
        PixelEncodeOptions options,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken)
    {
        using var turn = await _gate.EnterAsync(_response.HasStarted, cancellationToken);
        return await _codec.EncodeAsync(frame, description, syntax, options, output, cancellationToken);
    }
}
