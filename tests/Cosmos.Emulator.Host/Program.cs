// A Cosmos DB in memory for developers: prints the settings with which servers use it, and runs until Ctrl-C.

using FhirHub.Cosmos.Emulator;

if (CosmosEmulator.Lacks(needsGateway: true) is { } missing)
{
    await Console.Error.WriteLineAsync(missing);
    return 1;
}

await using var gateway = await CosmosEmulator.GatewayAsync();
var blobs = Directory.CreateTempSubdirectory("fhirhub-bodies-").FullName;
await Console.Out.WriteLineAsync(
    $"""
    --FhirHub:Storage:Provider=Cosmos
    --FhirHub:Storage:Cosmos:Endpoint={gateway.Endpoint}
    --FhirHub:Storage:Cosmos:Key={CosmosEmulator.Key}
    --FhirHub:Storage:Cosmos:Throughput=Serverless
    --FhirHub:Storage:Cosmos:Blobs:Folder={blobs}

    Each server has a --FhirHub:DataPath and --urls of its own, and all have the same --FhirHub:Auth:KeyFile. Everything is gone when this ends (Ctrl-C).
    """);
using var end = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    end.Cancel();
};
try
{
    await Task.Delay(Timeout.Infinite, end.Token);
}
catch (OperationCanceledException)
{
    // It was told to end.
}

Directory.Delete(blobs, recursive: true);
return 0;
