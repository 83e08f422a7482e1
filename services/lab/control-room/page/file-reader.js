/**
 * Reads the files that a person chooses, for the lab's JSON API.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */

/**
 * @param {File[]} files
 * @returns {Promise<{name: string, type: string, base64: string}[]>}
 */
export function readFiles(files) {
  return Promise.all(files.map(readFile));
}

function readFile(file) {
  const { name, type } = file;
  const reader = new FileReader();
  return new Promise((resolve, reject) => {
    reader.addEventListener('error', () => reject(reader.error));
    reader.addEventListener('load', () => {
      const dataUrl = String(reader.result);
      resolve({ name, type, base64: dataUrl.slice(dataUrl.indexOf(',') + 1) });
    });
    reader.readAsDataURL(file);
  });
}
