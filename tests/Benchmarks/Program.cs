// Benchmarks by name: `dotnet run -c Release --project tests/Benchmarks -- NAME [options]`. Each starts what it compares on
// loopback, runs both sides in turn in one run, prints a table with ratios, and stops what it started.

using FhirHub.Benchmarks;
using FhirHub.Benchmarks.Dicom;
using FhirHub.Benchmarks.Dicomweb;
using FhirHub.Benchmarks.Http;
using FhirHub.Benchmarks.Packages;
using FhirHub.Benchmarks.Search;
using FhirHub.Benchmarks.Smart;
using FhirHub.Benchmarks.Store;
using FhirHub.Benchmarks.Terminology;
using FhirHub.Benchmarks.Validation;
using FhirHub.Benchmarks.Workflow;
using FhirHub.Dicom.Pixels.Native;

return args switch
{
    ["bare", var port] => await BareKestrel.RunAsync(int.Parse(port)),
    ["bare-file", var port, var file] => await BareKestrel.RunFileAsync(int.Parse(port), file),
    ["read", ..] => await ReadBenchmark.RunAsync(Options.Parse(args[1..])),
    ["smart", ..] => await SmartBenchmark.RunAsync(Options.Parse(args[1..])),
    ["write", ..] => await WriteBenchmark.RunAsync(Options.Parse(args[1..])),
    ["bundles", ..] => await BundleBenchmark.RunAsync(Options.Parse(args[1..])),
    ["store", ..] => await StoreBenchmark.RunAsync(Options.Parse(args[1..])),
    ["city", ..] => await CityBenchmark.RunAsync(Options.Parse(args[1..])),
    ["cosmos", ..] => await CosmosBenchmark.RunAsync(Options.Parse(args[1..])),
    ["import", ..] => await ImportBenchmark.RunAsync(Options.Parse(args[1..])),
    ["text", ..] => await TextBenchmark.RunAsync(Options.Parse(args[1..])),
    ["search", ..] => await SearchBenchmark.RunAsync(Options.Parse(args[1..])),
    ["pages", ..] => await PagesBenchmark.RunAsync(Options.Parse(args[1..])),
    ["concepts", ..] => ConceptsBenchmark.Run(Options.Parse(args[1..])),
    ["terminology", ..] => await TerminologyBenchmark.RunAsync(Options.Parse(args[1..])),
    ["packages", ..] => await PackagesBenchmark.RunAsync(Options.Parse(args[1..])),
    ["start", ..] => await StartBenchmark.RunAsync(Options.Parse(args[1..])),
    ["swagger", ..] => await SwaggerBenchmark.RunAsync(Options.Parse(args[1..])),
    ["import-terminology", ..] => await ImportTerminologyBenchmark.RunAsync(Options.Parse(args[1..])),
    ["validate", ..] => await ValidateBenchmark.RunAsync(Options.Parse(args[1..])),
    ["write-validation", ..] => await WriteValidationBenchmark.RunAsync(Options.Parse(args[1..])),
    ["tokens", ..] => await TokenBenchmark.RunAsync(Options.Parse(args[1..])),
    ["workflow", ..] => await WorkflowBenchmark.RunAsync(Options.Parse(args[1..])),
    ["rendered", ..] => await RenderedBenchmark.RunAsync(Options.Parse(args[1..])),
    ["pixel-worker"] => PixelWorkerLoop.Run(),
    ["pixels", ..] => await PixelBenchmark.RunAsync(Options.Parse(args[1..])),
    ["dicomweb", ..] => await DicomwebBenchmark.RunAsync(Options.Parse(args[1..])),
    ["qido", ..] => await QidoBenchmark.RunAsync(Options.Parse(args[1..])),
    ["wado", ..] => await RetrieveBenchmark.RunAsync(Options.Parse(args[1..])),
    ["archive", ..] => await ArchiveBenchmark.RunAsync(Options.Parse(args[1..])),
    ["dicom", ..] => await DicomBenchmark.RunAsync(Options.Parse(args[1..])),
    ["fhirpath", ..] => FhirPathBenchmark.Run(Options.Parse(args[1..])),
    _ => Usage(),
};

static int Usage()
{
    Console.WriteLine("""
        Benchmarks, run in Release:
          read      read by id and 304 against a bare Kestrel endpoint that returns the same bytes
          smart     reads and searches with tokens, unfiltered and for one patient, against a server that asks for none (--filter NAME)
          write     durable create and update of a Patient at 16 and 64 clients
          bundles   Synthea transaction bundles over HTTP (--folder FOLDER)
          store     the store without HTTP, against bare SQLite (--folder FOLDER; --limit N lets it grow to N resources)
          city      a day of a city on the Cosmos store over the emulator of the tests: measured costs, the model on paper, a day played (--folder FOLDER of Synthea; --limit PATIENTS)
          cosmos    the Cosmos store over the emulator of the tests, one client, beside SQLite, with requests for each operation (--folder FOLDER of Synthea)
          import    the verb import into Cosmos over the emulator of the tests, beside SQLite (--limit PATIENTS of the generated region, 100 if not told)
          text      full-text search: what its index costs writes, its size, searches (--folder FOLDER; --limit N resources)
          search    30 queries on 1,000, 8,000 and 64,000 patients made of Synthea's (--folder FOLDER; --limit PATIENTS; --step PATIENTS; --filter CLASS)
          pages     first, second and later pages of searches of 1,000 to 100,000 patients (--limit PATIENTS)
          tokens    what it costs to find what a bearer token stands for, kept and read
          concepts     concept tables without HTTP: import, look-up, subsumption, text search (--limit CONCEPTS, 1,000,000 if not told)
          terminology  lookup, validation, translation, subsumption, expansion on 100,000 concepts (--filter OPERATION)
          import-terminology  a made-up SNOMED CT release of 1,000,000 concepts: time, memory, size, ECL (--limit CONCEPTS)
          packages  20 packages made of US Core: time to load, memory (--folder FOLDER of the unpacked package; --limit N)
          start     time from start to first answer
          swagger   start and reads with the OpenAPI documents and without, the documents' size and time
          validate  parsing, base definitions and claimed profiles of Synthea's resources (--folder FOLDER; --data FOLDER of a package's definitions; --limit BUNDLES)
          write-validation  creates and bundles under OnWrite=Profiles against Structure (--folder FOLDER of Synthea's bundles)
          workflow  writes of patients and of referrals with the workflow enforced and not
          dicomweb  STOW-RS, QIDO-RS, WADO-RS and rendered images beside Orthanc (--filter STEP; --limit 1 without Orthanc)
          qido      searches of generated image indexes of 1,000 to 100,000 studies (--step STUDIES; --filter QUESTION; --data FOLDER keeps them)
          wado      WADO-RS against a bare SendFile endpoint of the same bytes: instance, frame, study, metadata (--filter STEP)
          archive   the image archive without HTTP, against appending and files with fsync
          dicom     DICOM files: reading, JSON, XML, writing (--folder FOLDER of files)
          rendered  images over HTTP: JPEG, PNG, GIF, thumbnails (4 clients unless told otherwise)
          pixels    frames of DICOM files: decoding in C#, by libraries and in workers, encoding, rendering, PNG (--folder FOLDER of files)
          fhirpath  time and memory of one evaluation, by kind of expression
        Options: --seconds N (measured time of each step), --clients N, --rounds N, --folder FOLDER, --limit N,
                 --data FOLDER (keep the data there), --filter TEXT
        """);
    return 2;
}
