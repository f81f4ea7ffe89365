// sharp, asked a line at a time: {"task", "source", "directory", "recipe", "threads"} is answered by {"wall_ms", "cpu_ms"}.
// With arguments instead, one task is done and that is all: node peer.mjs TASK SOURCE DIRECTORY RECIPE.

import { readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import sharp from "sharp";

// What is measured is the work, not the memory of what was done before.
sharp.cache(false);

const encoded = (pipeline, format, quality) =>
  format === "webp" ? pipeline.webp({ quality: quality.webp ?? 80 }) : pipeline.jpeg({ quality: quality.jpeg ?? 80 });

const shaped = (pipeline, rung) =>
  rung.height ? pipeline.resize(rung.width, rung.height, { fit: "cover" }) : pipeline.resize(rung.width);

const wanted = (recipe) => recipe.renditions.flatMap((rung) => rung.formats.map((format) => ({ rung, format })));

const put = async (pipeline, directory, { rung, format }, quality) =>
  writeFile(`${directory}/${rung.name}.${format === "webp" ? "webp" : "jpg"}`, await encoded(pipeline, format, quality).toBuffer());

// The source in the largest width that is wanted, to be taken up by any number of pipelines.
const decoded = async (source, recipe) => {
  const widest = Math.max(...recipe.renditions.map((rung) => rung.width));
  const { data, info } = await sharp(source).autoOrient().resize(widest).raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return () => sharp(data, { raw });
};

const tasks = {
  // Each file from the source, one after the other.
  async single(source, directory, recipe) {
    for (const file of wanted(recipe)) {
      await put(shaped(sharp(source).autoOrient(), file.rung), directory, file, recipe.quality);
    }
  },
  // One decode to the largest width that is wanted, every file from its pixels, one after the other.
  async once(source, directory, recipe) {
    const pixels = await decoded(source, recipe);
    for (const file of wanted(recipe)) {
      await put(shaped(pixels(), file.rung), directory, file, recipe.quality);
    }
  },
  // The same with all files at once, for more than one CPU.
  async together(source, directory, recipe) {
    const pixels = await decoded(source, recipe);
    await Promise.all(wanted(recipe).map((file) => put(shaped(pixels(), file.rung), directory, file, recipe.quality)));
  },
};

async function run({ task, source, directory, recipe, threads }) {
  sharp.concurrency(threads);
  const parsed = JSON.parse(await readFile(recipe, "utf8"));
  const [wall, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
  await tasks[task](source, directory, parsed);
  const spent = process.cpuUsage(cpu);
  return { wall_ms: Number(process.hrtime.bigint() - wall) / 1e6, cpu_ms: (spent.user + spent.system) / 1e3 };
}

if (process.argv.length > 2) {
  const [task, source, directory, recipe] = process.argv.slice(2);
  await run({ task, source, directory, recipe, threads: 1 });
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    const answer = question.versions ? { sharp: sharp.versions.sharp, vips: sharp.versions.vips, node: process.versions.node } : await run(question);
    console.log(JSON.stringify(answer));
  }
}
